/** A phone in this page, by JsSIP: registered or for one call. The rest of our code knows only what is here. */
import { UA, WebSocketInterface } from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';

export interface Account {
  name: string;
  secret: string;
  /** Where SIP is spoken: a full address. */
  socketUrl: string;
  iceServers: RTCIceServer[];
}

export type LineState = 'connecting' | 'open' | 'lost' | 'refused';
export type CallState = 'ringing' | 'connecting' | 'talking' | 'ended';

/** The secret is known to one phone system alone; what it calls its domain does not matter. */
const DOMAIN = 'callcenter.invalid';
const LEG_HEADER = 'X-Callcenter-Leg';
const TONE_MS = 160;

/** Which devices, where somebody has chosen. */
export interface Devices {
  microphone: string;
  speaker: string;
}

const asked = ({ microphone }: Devices): MediaStreamConstraints => ({
  audio: microphone ? { deviceId: { ideal: microphone } } : true,
  video: false,
});

const isIncoming = (session: RTCSession): boolean => (session.direction as string) === 'incoming';

export class Call {
  state: CallState;
  /** Of a call that rings here: which offer it is for. */
  readonly legId: string;
  readonly #session: RTCSession;
  readonly #onChange: () => void;
  readonly #sink = new Audio();
  readonly #iceServers: RTCIceServer[];

  constructor(session: RTCSession, legId: string, iceServers: RTCIceServer[], onChange: () => void) {
    this.#session = session;
    this.#iceServers = iceServers;
    this.#onChange = onChange;
    this.legId = legId;
    this.state = isIncoming(session) ? 'ringing' : 'connecting';
    this.#sink.autoplay = true;
    session.on('progress', () => !isIncoming(session) && this.#become('ringing'));
    session.on('accepted', () => this.#become('connecting'));
    session.on('confirmed', () => this.#become('talking'));
    session.on('ended', () => this.#become('ended'));
    session.on('failed', () => this.#become('ended'));
    // A call from here has its connection already, one that rings gets it when it is answered.
    const connection = session.connection as RTCPeerConnection | undefined;
    if (connection) this.#hear(connection);
    else session.on('peerconnection', ({ peerconnection }) => this.#hear(peerconnection));
  }

  get isMuted(): boolean {
    return Boolean(this.#session.isMuted().audio);
  }

  answer(devices: Devices): void {
    if (!isIncoming(this.#session) || this.state !== 'ringing') return;
    if ('setSinkId' in this.#sink) void this.#sink.setSinkId(devices.speaker).catch(() => undefined);
    this.#become('connecting');
    this.#session.answer({ mediaConstraints: asked(devices), pcConfig: { iceServers: this.#iceServers } });
  }

  /** Declined while it rings, hung up afterwards. */
  end(): void {
    if (this.state === 'ended') return;
    const isDeclined = this.state === 'ringing' && isIncoming(this.#session);
    this.#session.terminate(isDeclined ? { status_code: 603 } : {});
  }

  mute(isMuted: boolean): void {
    if (isMuted) this.#session.mute({ audio: true });
    else this.#session.unmute({ audio: true });
    this.#onChange();
  }

  press(digit: string): void {
    this.#session.sendDTMF(digit, { duration: TONE_MS, transportType: 'RFC2833' as never });
  }

  #hear(connection: RTCPeerConnection): void {
    connection.addEventListener('track', ({ streams }) => {
      this.#sink.srcObject = streams[0] ?? null;
      void this.#sink.play().catch(() => undefined);
    });
    // Nobody may be there to say goodbye over the socket: then the audio itself says it.
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState === 'failed') this.end();
    });
  }

  #become(state: CallState): void {
    if (this.state === 'ended' || (this.state === 'talking' && state === 'connecting')) return;
    this.state = state;
    if (state === 'ended') this.#sink.srcObject = null;
    this.#onChange();
  }
}

interface Listener {
  onState: (state: LineState) => void;
  onCall: (call: Call) => void;
  onChange: () => void;
  /** Why the server closed the socket. */
  onClosed: (code: number) => void;
}

export class Line {
  readonly #ua: UA;
  readonly #account: Account;
  readonly #listener: Listener;
  readonly #isRegistered: boolean;

  /** `isRegistered`: others call here; otherwise this page calls, once. */
  constructor(account: Account, isRegistered: boolean, listener: Listener) {
    this.#account = account;
    this.#listener = listener;
    this.#isRegistered = isRegistered;
    const ua = (this.#ua = new UA({
      sockets: [new WebSocketInterface(account.socketUrl)],
      uri: `sip:${account.name}@${DOMAIN}`,
      password: account.secret,
      register: isRegistered,
      register_expires: 300,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 8,
    }));
    ua.on('connected', () => listener.onState(isRegistered ? 'connecting' : 'open'));
    ua.on('registered', () => listener.onState('open'));
    ua.on('registrationFailed', () => listener.onState(ua.isConnected() ? 'refused' : 'lost'));
    ua.on('disconnected', (event) => {
      listener.onState('lost');
      if (typeof event.code === 'number') listener.onClosed(event.code);
    });
    ua.on('newRTCSession', (event: { session: RTCSession; request: { getHeader(name: string): string } }) => {
      if (isIncoming(event.session)) this.#take(event.session, event.request.getHeader(LEG_HEADER));
    });
  }

  open(): void {
    this.#ua.start();
  }

  /** Nothing is said to calls under way but that they are over. */
  close(): void {
    this.#ua.stop();
  }

  /** Dial; the call rings, talks and ends by itself. */
  dial(target: string, devices: Devices): Call {
    const session = this.#ua.call(`sip:${target}@${DOMAIN}`, {
      mediaConstraints: asked(devices),
      pcConfig: { iceServers: this.#account.iceServers },
    });
    return new Call(session, '', this.#account.iceServers, this.#listener.onChange);
  }

  #take(session: RTCSession, legId: string | undefined): void {
    const known = legId ?? '';
    if (!this.#isRegistered || !known) {
      session.terminate({ status_code: 603 });
      return;
    }
    this.#listener.onCall(new Call(session, known, this.#account.iceServers, this.#listener.onChange));
  }
}

/** One's permission to be heard, asked for once; what it was asked with is let go at once. */
export async function askForMicrophone(devices: Devices): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia(asked(devices));
  stream.getTracks().forEach((track) => track.stop());
}
