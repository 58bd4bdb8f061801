/** The servers of one worker: the next test's starts while this one's runs, and one that is done stops in its own time. */
import { Server, type Mood } from './server';

export class Fleet {
  #spare: { mood: string; server: Promise<Server> } | null = null;
  readonly #stopping: Promise<void>[] = [];

  /** A server nobody has used yet; most tests want the same kind, so another of it is made ready. */
  async take(mood: Mood): Promise<Server> {
    const wanted = JSON.stringify(mood);
    const spare = this.#spare?.mood === wanted ? this.#spare.server : null;
    if (spare) this.#spare = null;
    const server = await (spare ?? Server.start(mood));
    this.#spare ??= { mood: wanted, server: Server.start(mood) };
    return server;
  }

  giveBack(server: Server): void {
    this.#stopping.push(server.stop());
  }

  async stop(): Promise<void> {
    const spare = await this.#spare?.server;
    await Promise.all([...this.#stopping, spare?.stop()]);
  }
}
