/**
 * The servers of one worker: the next test's starts while this one's runs, and one that is done stops in its own time.
 * Those of the usual kind go on from a data directory that was made once.
 */
import { rmSync } from 'node:fs';
import { Server, type Mood } from './server';

export class Fleet {
  /** Most tests want the same kind: that of the first. */
  #usual: { mood: string; prepared: Promise<string> } | null = null;
  #spare: Promise<Server> | null = null;
  readonly #stopping: Promise<void>[] = [];

  /** A server nobody has used yet; another of the usual kind is made ready meanwhile. */
  async take(mood: Mood): Promise<Server> {
    const wanted = JSON.stringify(mood);
    const usual = (this.#usual ??= { mood: wanted, prepared: Server.prepare(mood) });
    if (wanted !== usual.mood) return Server.start(mood);
    const start = async () => Server.start(mood, await usual.prepared);
    const server = await (this.#spare ?? start());
    this.#spare = start();
    return server;
  }

  giveBack(server: Server): void {
    this.#stopping.push(server.stop());
  }

  async stop(): Promise<void> {
    const spare = await this.#spare;
    await Promise.all([...this.#stopping, spare?.stop()]);
    const prepared = await this.#usual?.prepared;
    if (prepared) rmSync(prepared, { recursive: true, force: true });
  }
}
