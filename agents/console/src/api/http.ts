/** The typed client of the server's HTTP API. Every failure becomes an `ApiError` with a stable code. */
import createClient from 'openapi-fetch';
import type { paths } from './schema';

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryAfterMs: number;

  constructor(code: string, message: string, status = 0, retryAfterMs = 0) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }

  /** True when it is not known whether the server did it: ask again with the same key. */
  get isRetryable(): boolean {
    return this.code === 'network' || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/** Told when the server no longer knows this browser's session. */
export const loggedOut = new EventTarget();

const TIMEOUT_MS = 15_000;

async function fetchOrFail(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new ApiError('network', 'The server could not be reached.');
  }
}

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: fetchOrFail });

/** The header a command may be asked again with. */
export const keyed = (key: string) => ({ header: { 'Idempotency-Key': key } });

/** The failure an answer tells of. */
export function errorOf(
  response: Pick<Response, 'status' | 'statusText' | 'headers'>,
  body: unknown,
): ApiError {
  const seconds = Number(response.headers.get('Retry-After') ?? 0);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : 0;
  const told = (body as { error?: { code?: string; message?: string } } | undefined)?.error;
  const code = told?.code ?? `http_${response.status}`;
  return new ApiError(code, told?.message ?? response.statusText, response.status, retryAfterMs);
}

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The answer's body, or the failure thrown. */
export async function answerOf<A extends Answer>(asked: Promise<A>): Promise<NonNullable<A['data']>> {
  const { data, error, response } = await asked;
  if (!response.ok) {
    const failure = errorOf(response, error);
    if (failure.code === 'session_missing') loggedOut.dispatchEvent(new Event('loggedOut'));
    throw failure;
  }
  return data as NonNullable<A['data']>;
}
