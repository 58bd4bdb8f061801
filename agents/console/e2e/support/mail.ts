/** Mail of a test: sent by smtplib as any mail server would, and the sink that takes what goes out. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PYTHON, REPOSITORY, type Server } from './server';

export interface SentMail {
  from: string;
  to: string[];
  subject: string;
  text: string;
  headers: Record<string, string>;
  attachments: string[];
}

const SEND = `
import json, smtplib, sys
from email.message import EmailMessage
mail = json.load(sys.stdin)
message = EmailMessage()
for name, value in mail["headers"].items():
    message[name] = value
message.set_content(mail["text"])
if mail.get("html"):
    message.add_alternative(mail["html"], subtype="html")
for one in mail.get("files", []):
    message.add_attachment(one["text"], filename=one["name"])
with smtplib.SMTP("127.0.0.1", mail["port"], timeout=10) as client:
    client.send_message(message, mail["sender"], [mail["to"]])
`;

export interface MailOptions {
  from?: string;
  to?: string;
  subject?: string;
  text: string;
  html?: string;
  headers?: Record<string, string>;
  files?: { name: string; text: string }[];
}

let sent = 0;

/** Returns when the server has said 250. */
export function sendMail(server: Server, options: MailOptions): void {
  const from = options.from ?? 'Mia Muster <mia@example.org>';
  const to = options.to ?? 'sales@bamboo.example';
  sent += 1;
  const mail = {
    port: server.smtpPort,
    sender: /<(.*)>/.exec(from)?.[1] ?? from,
    to,
    headers: {
      From: from,
      To: to,
      Subject: options.subject ?? 'My order',
      'Message-ID': `<${sent}.${process.pid}@example.org>`,
      ...options.headers,
    },
    text: options.text,
    html: options.html,
    files: options.files,
  };
  const run = spawnSync(PYTHON, ['-c', SEND], { input: JSON.stringify(mail), encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the mail was not taken: ${run.stderr}`);
}

export class Sink {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  static async start(server: Server): Promise<Sink> {
    const args = ['-u', '-m', 'loadtests.smtp_sink', '--smtp-port', String(server.smtpOutPort)];
    const child = spawn(PYTHON, args, { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    return new Sink(url, child);
  }

  async mails(): Promise<SentMail[]> {
    return (await (await fetch(`${this.url}mails.json`)).json()) as SentMail[];
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}
