/** The phone system of a test: callers and agents' phones, moved by hand through its own page's requests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CONNECTION, PYTHON, REPOSITORY, type Server } from './server';

export interface PbxCall {
  call_id: string;
  from: string;
  state: string;
  is_over: boolean;
  is_held: boolean;
  cause: string;
  outcome: string;
  parties: string[];
  rings_at: string[];
  talks_to: string;
  is_gathering: boolean;
  recorded_ms: number;
  sound: string;
}

export interface PbxPhone {
  address: string;
  state: string;
  leg_id?: string;
}

interface PbxState {
  calls: PbxCall[];
  phones: PbxPhone[];
}

export class SoftPbx {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  static async start(server: Server): Promise<SoftPbx> {
    const url = `http://127.0.0.1:${server.controlPort}`;
    const args = ['-m', 'loadtests.softpbx', '--server', server.url, '--connection', CONNECTION];
    args.push(
      '--control-port',
      String(server.controlPort),
      '--numbers',
      `${SALES},${SUPPORT},${MENUS}`,
      '--phones',
      PHONES,
    );
    const child = spawn(PYTHON, args, {
      cwd: REPOSITORY,
      env: { ...process.env, CC_TELEPHONY: server.telephony() },
      stdio: 'ignore',
    });
    const pbx = new SoftPbx(url, child);
    for (let tries = 0; tries < 600; tries += 1) {
      if (await pbx.state().catch(() => null)) return pbx;
      await new Promise((wake) => setTimeout(wake, 100));
    }
    child.kill();
    throw new Error('the soft PBX did not start');
  }

  async state(): Promise<PbxState> {
    return (await (await fetch(`${this.url}/state`)).json()) as PbxState;
  }

  async act(name: string, body: Record<string, string>): Promise<void> {
    const answer = await fetch(`${this.url}/by-hand/${name}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`the soft PBX refused ${name}: ${answer.status}`);
  }

  /** The newest call of this caller. */
  async callOf(caller: string): Promise<PbxCall | undefined> {
    return (await this.state()).calls.find((call) => call.from === caller);
  }

  async phone(address: string): Promise<PbxPhone | undefined> {
    return (await this.state()).phones.find((phone) => phone.address === address);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}

/** Of the demo's configuration: the first asks for a digit. */
export const SALES = '+4930900100';
export const SUPPORT = '+4930900200';
/** The one whose callers are led through menus. */
export const MENUS = '+4930900300';
const PHONES = '1001=hand,1002=hand,1003=hand';
