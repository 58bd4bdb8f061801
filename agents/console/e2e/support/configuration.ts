/** What an administrator changes of the configuration, where a test is about what comes of it. */
import { expect, logIn, type World } from './test';

/** As much of the document as tests change. */
export interface ConfigurationDocument {
  queues: ({ id: string } & Record<string, unknown>)[];
  telephony: { outbound: Record<string, unknown>; connections: Record<string, unknown>[] };
}

export async function configure(
  world: Pick<World, 'server' | 'newPage'>,
  change: (document: ConfigurationDocument) => void,
): Promise<void> {
  const page = await world.newPage();
  await logIn(page, 'ada');
  const path = '/api/v1/configuration/document';
  const read = (await (await page.request.get(path)).json()) as {
    document: ConfigurationDocument;
    version: string;
  };
  change(read.document);
  const answer = await page.request.put(path, {
    data: { document: read.document, based_on: read.version, note: 'for a test' },
    headers: { Origin: world.server.url },
  });
  expect(answer.status(), await answer.text()).toBe(200);
  await page.context().close();
}
