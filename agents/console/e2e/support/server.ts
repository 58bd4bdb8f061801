/** The real server, started by the tests on a port and a data directory of their own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const REPOSITORY = resolve(import.meta.dirname, '../../../..');
export const PYTHON = process.env.CC_PYTHON ?? join(REPOSITORY, '.venv/bin/python');
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;

export const PASSWORD = 'console-e2e-password';

/** The one phone system of the demo's configuration, with a key of the tests. */
export const CONNECTION = 'demo';
const TELEPHONY_KEY = `whsec_${Buffer.from('a key of browser tests alone').toString('base64')}`;

/** Below those the system gives to connections: some ports are used minutes after they were found free. */
const [PORT_MIN, PORTS] = [20_000, 12_000];

export async function freePort(): Promise<number> {
  const port = PORT_MIN + Math.floor(Math.random() * PORTS);
  const probe = createServer().listen(port, '127.0.0.1');
  const isFree = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  if (!isFree) return freePort();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Durations of the demo's configuration, in seconds. */
export interface Times {
  offer_timeout_s: number;
  wrap_up_limit_s: number;
  wrap_up_extension_s: number;
  amber_after_s: number;
  presence_grace_s: number;
  customer_gone_s: number;
}

/** So long that nothing runs out, however slow the machine: a deadline passes only in a test that is about it. */
const PATIENT: Partial<Times> = {
  offer_timeout_s: 300,
  wrap_up_limit_s: 600,
  wrap_up_extension_s: 300,
  presence_grace_s: 120,
  customer_gone_s: 300,
};

/** A copy of the demo's configuration with other durations, and with this one holiday in place of the country's. */
function configurationWith(times: Partial<Times>, holiday: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cc-e2e-config-'));
  cpSync(join(REPOSITORY, 'config/demo'), folder, { recursive: true });
  for (const name of ['queues.yaml', 'timing.yaml']) {
    let text = readFileSync(join(folder, name), 'utf8');
    for (const [key, seconds] of Object.entries(times))
      text = text.replaceAll(new RegExp(`${key}: \\d+`, 'g'), `${key}: ${seconds}`);
    writeFileSync(join(folder, name), text);
  }
  if (holiday) {
    const file = join(folder, 'calendars.yaml');
    const days = `days: [{day: ${holiday}, state: closed, note: {en: Day off, zh: 放假}}]`;
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/holidays: \{.*\}/g, days));
  }
  return folder;
}

export interface Mood {
  /** What differs from patience; null leaves the demo's own times. */
  times: Partial<Times> | null;
  chatsPerMinute: number;
  /** Where an Asterisk takes commands, and phones of browsers; none: there is none. */
  ariPort?: number;
  /** Where every number leads to that this Asterisk is to dial; none: it dials nobody. */
  trunkPort?: number;
  /** Goes by a clock of its own, and the calendars have this day off and no other: YYYY-MM-DD. */
  holiday?: string;
}

export class Server {
  readonly url: string;
  /** Where the phone system listens, if a test starts one. */
  readonly controlPort: number;
  /** Where mail comes in, and where the server takes it to, if a test starts something there. */
  readonly smtpPort: number;
  readonly smtpOutPort: number;
  readonly #port: number;
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'cc-e2e-'));
  readonly #configDir: string | null;
  #process: ChildProcess | null = null;
  #said = '';

  readonly #chatsPerMinute: number;
  readonly #ariPort: number | undefined;
  readonly #trunkPort: number | undefined;
  readonly #holiday: string;

  private constructor(
    ports: readonly [number, number, number, number],
    { times, chatsPerMinute, ariPort, trunkPort, holiday = '' }: Mood,
    prepared?: string,
  ) {
    if (prepared) cpSync(prepared, this.#dataDir, { recursive: true });
    [this.#port, this.controlPort, this.smtpPort, this.smtpOutPort] = ports;
    this.#chatsPerMinute = chatsPerMinute;
    this.#ariPort = ariPort;
    this.#trunkPort = trunkPort;
    this.#holiday = holiday;
    this.#configDir = times && configurationWith({ ...PATIENT, ...times }, holiday);
    this.url = `http://127.0.0.1:${this.#port}`;
  }

  /** On a copy of a `prepared` data directory, else on an empty one. */
  static async start(mood: Mood, prepared?: string): Promise<Server> {
    const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
    const server = new Server(ports, mood, prepared);
    await server.run();
    return server;
  }

  /** A data directory in which the first start has done what is done once: tables, accounts, articles. */
  static async prepare(mood: Mood): Promise<string> {
    const server = await Server.start(mood);
    await server.#untilFurnished();
    await server.#end('SIGTERM');
    if (server.#configDir) rmSync(server.#configDir, { recursive: true, force: true });
    return server.#dataDir;
  }

  /** What server and phone system must both know. */
  telephony(): string {
    const control_url = `http://127.0.0.1:${this.controlPort}`;
    const asterisk = {
      kind: 'asterisk',
      control_url: `http://127.0.0.1:${this.#ariPort}`,
      user: 'callcenter',
      password: 'callcenter',
      browsers: {},
      ...(this.#trunkPort && { trunk: `PJSIP/agents/sip:{number}@127.0.0.1:${this.#trunkPort}` }),
    };
    const demo = { keys: [TELEPHONY_KEY], control_url };
    return JSON.stringify({ [CONNECTION]: demo, ...(this.#ariPort && { asterisk }) });
  }

  /** Starts it, or starts it again on the same data. */
  async run(): Promise<void> {
    const args = [
      '-m',
      'callcenter',
      'run',
      '--demo',
      '--port',
      String(this.#port),
      '--data-dir',
      this.#dataDir,
    ];
    this.#process = spawn(PYTHON, args, {
      cwd: REPOSITORY,
      env: {
        ...process.env,
        CC_DEMO_PASSWORD: PASSWORD,
        CC_CHATS_PER_MINUTE: String(this.#chatsPerMinute),
        CC_TELEPHONY: this.telephony(),
        CC_SMTP_LISTEN_PORT: String(this.smtpPort),
        CC_SMTP_OUT_PORT: String(this.smtpOutPort),
        ...(this.#holiday && { CC_CLOCK: 'demo' }),
        ...(this.#configDir && { CC_DEMO_CONFIG_DIR: this.#configDir }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString()).slice(-4_000);
      });
    await this.#untilReady();
  }

  /** Leads the demo's clock ahead, as a person does: 2d, 1d12h, 90min. */
  async advance(span: string): Promise<void> {
    const args = ['-m', 'callcenter', 'clock', 'advance', span, '--data-dir', this.#dataDir];
    await promisify(execFile)(PYTHON, args, { cwd: REPOSITORY, env: { ...process.env, CC_CLOCK: 'demo' } });
  }

  /** As a power cut would: nothing is said goodbye to. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    for (const folder of [this.#dataDir, this.#configDir])
      if (folder) rmSync(folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (!running || running.exitCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    const timer = setTimeout(() => running.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }

  /** The accounts are made before it listens, the articles after that, all at once. */
  async #untilFurnished(): Promise<void> {
    const session = await fetch(`${this.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: this.url },
      body: JSON.stringify({ username: 'sam', password: PASSWORD }),
    });
    const headers = {
      Cookie: session.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; '),
    };
    const until = Date.now() + READY_WITHIN_MS;
    while (Date.now() < until) {
      const answer = await fetch(`${this.url}/api/v1/articles`, { headers });
      if ((await answer.text()).includes('warranty')) return;
      await new Promise((wake) => setTimeout(wake, 100));
    }
    throw new Error(`the demo's articles did not come:\n${this.#said}`);
  }

  async #untilReady(): Promise<void> {
    const until = Date.now() + READY_WITHIN_MS;
    while (Date.now() < until) {
      if (this.#process?.exitCode !== null) break;
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((wake) => setTimeout(wake, 100));
    }
    throw new Error(`the server did not become ready:\n${this.#said}`);
  }
}
