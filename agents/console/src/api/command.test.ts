import { describe, expect, it, vi } from 'vitest';
import { COMMAND_ATTEMPTS_MAX, newKey, withRetry } from './command';
import { ApiError } from './http';

const atOnce = () => Promise.resolve();

describe('a command', () => {
  it('is asked again with the same key while its outcome is unknown', async () => {
    const keys: string[] = [];
    const answers = [
      new ApiError('network', ''),
      new ApiError('storage_unavailable', '', 503, 1_000),
      new ApiError('http_502', '', 502),
    ];
    const ask = (key: string) => {
      keys.push(key);
      const failure = answers.shift();
      return failure ? Promise.reject(failure) : Promise.resolve('done');
    };
    await expect(withRetry('k1', ask, atOnce)).resolves.toBe('done');
    expect(keys).toEqual(['k1', 'k1', 'k1', 'k1']);
  });

  it('is not repeated once it was refused', async () => {
    const ask = vi.fn().mockRejectedValue(new ApiError('offer_ended', '', 409));
    await expect(withRetry('k1', ask, atOnce)).rejects.toMatchObject({ code: 'offer_ended' });
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('gives up after a bounded number of attempts', async () => {
    const ask = vi.fn().mockRejectedValue(new ApiError('network', ''));
    await expect(withRetry('k1', ask, atOnce)).rejects.toMatchObject({ code: 'network' });
    expect(ask).toHaveBeenCalledTimes(COMMAND_ATTEMPTS_MAX);
  });

  it('waits as long as the server says, within reason', async () => {
    const pauses: number[] = [];
    const busy = new ApiError('overloaded', '', 503, 3_000);
    const never = new ApiError('overloaded', '', 503, 600_000);
    const ask = vi.fn().mockRejectedValueOnce(busy).mockRejectedValueOnce(never).mockResolvedValue(1);
    await withRetry('k1', ask, (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    });
    expect(pauses).toEqual([3_000, 5_000]);
  });

  it('has a key nobody else has', () => {
    expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
    expect(newKey()).not.toBe(newKey());
  });
});
