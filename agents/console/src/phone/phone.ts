/** The agent's phone in this browser: one for all tabs, connected as long as the session lasts. */
import { create } from 'zustand';
import { openPhone, readPhone } from '../api/phone';
import { ApiError } from '../api/http';
import { preferences } from '../persist/keep';
import type { Call, CallState, Devices, Line } from '../sip/line';

/**
 * absent: the phone is not in the browser. off: may be connected by a click. blocked: no microphone. insecure: this
 * address may not use one. otherTab, elsewhere: another tab, another browser has it. lost: comes back by itself.
 */
export type PhoneState =
  | 'absent'
  | 'off'
  | 'asking'
  | 'blocked'
  | 'insecure'
  | 'connecting'
  | 'ready'
  | 'lost'
  | 'otherTab'
  | 'elsewhere';

export interface CallView {
  legId: string;
  state: CallState;
}

interface Phone {
  state: PhoneState;
  calls: CallView[];
}

export const usePhone = create<Phone>(() => ({ state: 'absent', calls: [] }));

const LOCK = 'callcenter-phone';
const REOPEN_AFTER_MS = 6_000;
const RETRY_MS = 4_000;
const [TAKEN_OVER, SESSION_OVER] = [4001, 4002];
const ANSWERS_KEPT = 20;

export const MICROPHONE = 'microphone';
export const SPEAKER = 'speaker';
const devices = (): Devices => ({
  microphone: preferences.get(MICROPHONE, ''),
  speaker: preferences.get(SPEAKER, ''),
});

class BrowserPhone {
  #line: Line | null = null;
  #calls: { call: Call; line: Line }[] = [];
  /** Offers accepted at the desk: their legs are picked up, and nobody else's. */
  #accepted: string[] = [];
  #retry: ReturnType<typeof setTimeout> | undefined;
  #release: (() => void) | null = null;
  #isStopped = false;

  async start(): Promise<void> {
    const own = await readPhone().catch(() => null);
    if (this.#isStopped) return;
    if (!own) {
      this.#later(() => void this.start(), RETRY_MS);
      return;
    }
    if (!own.in_browser) return;
    if (!('mediaDevices' in navigator)) {
      this.#become('insecure');
      return;
    }
    this.#become('off');
    await this.#takeTurn();
  }

  /** One tab of a browser has the phone; the next gets it when that one is closed. */
  async #takeTurn(): Promise<void> {
    const held = new Promise<void>((release) => {
      this.#release = release;
    });
    const begin = async () => {
      if (this.#isStopped) return;
      await this.#begin();
      await held;
    };
    const isFree = await navigator.locks
      .query()
      .then(({ held: all }) => !all?.some(({ name }) => name === LOCK));
    if (!isFree) this.#become('otherTab');
    void navigator.locks.request(LOCK, begin);
  }

  async #begin(): Promise<void> {
    const name = 'microphone' as PermissionName;
    const permission = await navigator.permissions.query({ name }).catch(() => null);
    if (permission?.state === 'granted') await this.connect();
    else this.#become('off');
  }

  /** By a click, or by itself once the microphone is permitted. */
  async connect(): Promise<void> {
    if (this.#isStopped || usePhone.getState().state === 'otherTab') return;
    clearTimeout(this.#retry);
    this.#become('asking');
    try {
      const { askForMicrophone } = await import('../sip/line');
      await askForMicrophone(devices());
    } catch {
      this.#become('blocked');
      return;
    }
    await this.#open();
  }

  /** Asked anew after each wait. */
  #isOver(): boolean {
    return this.#isStopped;
  }

  async #open(): Promise<void> {
    if (this.#isStopped) return;
    this.#become('connecting');
    this.#leaveLine();
    try {
      const [{ Line: NewLine }, opened] = await Promise.all([import('../sip/line'), openPhone()]);
      if (this.#isOver()) return;
      const { protocol, host } = window.location;
      const socketUrl = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${opened.socket_path}`;
      const account = {
        name: opened.name,
        secret: opened.secret,
        socketUrl,
        iceServers: iceOf(opened.ice_servers),
      };
      const line: Line = new NewLine(account, true, {
        onState: (state) => line === this.#line && this.#follow(state),
        onCall: (call) => this.#ring(call, line),
        onChange: () => this.#show(),
        onClosed: (code) => line === this.#line && this.#closed(code),
      });
      this.#line = line;
      line.open();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'phone_not_in_browser') this.#become('absent');
      else this.#reopenLater('lost', RETRY_MS);
    }
  }

  #follow(state: 'connecting' | 'open' | 'lost' | 'refused'): void {
    if (state === 'open') {
      clearTimeout(this.#retry);
      this.#become('ready');
    } else if (state === 'lost' || state === 'refused') {
      if (usePhone.getState().state !== 'elsewhere') this.#reopenLater('lost', REOPEN_AFTER_MS);
    }
  }

  /** The line tries by itself with the secret it has; afterwards with a new one. */
  #reopenLater(state: PhoneState, afterMs: number): void {
    if (usePhone.getState().state === state && this.#retry !== undefined) return;
    this.#become(state);
    this.#later(() => void this.#open(), afterMs);
  }

  #later(work: () => void, afterMs: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      work();
    }, afterMs);
  }

  #closed(code: number): void {
    if (code !== TAKEN_OVER && code !== SESSION_OVER) return;
    clearTimeout(this.#retry);
    this.#leaveLine();
    this.#become('elsewhere');
  }

  /** Whoever talks goes on talking: the audio does not run over the line. */
  #leaveLine(): void {
    const line = this.#line;
    this.#line = null;
    if (line && !this.#calls.some((one) => one.line === line)) line.close();
  }

  #ring(call: Call, line: Line): void {
    this.#calls.push({ call, line });
    if (this.#accepted.includes(call.legId)) call.answer(devices());
    this.#show();
  }

  /** Picks up what rings for this leg, now or when it comes. */
  answer(legId: string): void {
    this.#accepted = [...this.#accepted, legId].slice(-ANSWERS_KEPT);
    this.#calls.find(({ call }) => call.legId === legId)?.call.answer(devices());
  }

  end(legId: string): void {
    this.#calls.find(({ call }) => call.legId === legId)?.call.end();
  }

  #show(): void {
    const over = this.#calls.filter(({ call }) => call.state === 'ended');
    const live = (this.#calls = this.#calls.filter(({ call }) => call.state !== 'ended'));
    for (const { line } of over)
      if (line !== this.#line && !live.some((one) => one.line === line)) line.close();
    usePhone.setState({ calls: live.map(({ call }) => ({ legId: call.legId, state: call.state })) });
  }

  #become(state: PhoneState): void {
    usePhone.setState({ state });
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    this.#line?.close();
    this.#line = null;
    this.#release?.();
    usePhone.setState({ state: 'absent', calls: [] });
  }
}

interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

const iceOf = (servers: IceServer[]): RTCIceServer[] =>
  servers.map(({ urls, username, credential }) => (username ? { urls, username, credential } : { urls }));

let phone: BrowserPhone | null = null;

export function startPhone(): () => void {
  const started = (phone = new BrowserPhone());
  void started.start();
  return () => {
    started.stop();
    if (phone === started) phone = null;
  };
}

export const connectPhone = (): void => void phone?.connect();
export const answerLeg = (legId: string): void => phone?.answer(legId);
export const endLeg = (legId: string): void => phone?.end(legId);
