/** One HTTP call to the server: JSON in, JSON out, every failure an `ApiError` with a stable code. */

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

export interface CallOptions {
  body?: unknown;
  key?: string;
  query?: Record<string, string | number | undefined>;
}

const TIMEOUT_MS = 15_000;

function address(path: string, query: CallOptions['query']): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) search.set(name, String(value));
  return search.size ? `${path}?${search.toString()}` : path;
}

async function failure(response: Response): Promise<ApiError> {
  const seconds = Number(response.headers.get('Retry-After') ?? 0);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : 0;
  const body = (await response.json().catch(() => null)) as {
    error?: { code?: string; message?: string };
  } | null;
  const code = body?.error?.code ?? `http_${response.status}`;
  return new ApiError(code, body?.error?.message ?? response.statusText, response.status, retryAfterMs);
}

export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = {};
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.key) headers['Idempotency-Key'] = options.key;
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new ApiError('network', 'The server could not be reached.');
  }
  if (!response.ok) throw await failure(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}
