/** A real Asterisk beside the server, on ports of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort, PYTHON, REPOSITORY } from './server';

const START_WITHIN_MS = 60_000;

export class Asterisk {
  readonly ariPort: number;
  /** Where a phone picks up by itself, whoever is asked for. */
  readonly phonesPort: number;
  readonly #process: ChildProcess;

  private constructor(ariPort: number, phonesPort: number, process: ChildProcess) {
    this.ariPort = ariPort;
    this.phonesPort = phonesPort;
    this.#process = process;
  }

  static async start(): Promise<Asterisk> {
    const [sip, http, phones] = [await freePort(), await freePort(), await freePort()];
    const args = ['-u', '-m', 'loadtests.rig', 'run', '--sip-port', `${sip}`, '--http-port', `${http}`];
    const child = spawn(PYTHON, [...args, '--phones-port', `${phones}`], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const until = Date.now() + START_WITHIN_MS;
    while (!said.includes('Asterisk: ')) {
      if (child.exitCode !== null || Date.now() > until) {
        child.kill('SIGTERM');
        throw new Error(`Asterisk did not start: ${said}`);
      }
      await new Promise((wake) => setTimeout(wake, 100));
    }
    return new Asterisk(http, phones, child);
  }

  get socketUrl(): string {
    return `ws://127.0.0.1:${this.ariPort}/ws`;
  }

  /** What Asterisk itself says. */
  async ask<T>(path: string): Promise<T> {
    const Authorization = `Basic ${btoa('callcenter:callcenter')}`;
    const answer = await fetch(`http://127.0.0.1:${this.ariPort}/ari/${path}`, {
      headers: { Authorization },
    });
    return (await answer.json()) as T;
  }

  async channels(): Promise<string[]> {
    return (await this.ask<{ id: string }[]>('channels')).map(({ id }) => id);
  }

  /** Phones of browsers that it knows. */
  async phones(): Promise<string[]> {
    const endpoints = await this.ask<{ resource: string }[]>('endpoints/PJSIP');
    return endpoints.map(({ resource }) => resource).filter((name) => /^(agent|web)-/.test(name));
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}
