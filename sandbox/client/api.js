// The sandbox's control API (control-api.md): requests, and the live socket.

/** A refusal (the server's `error` code and sentence), or "unreachable". */
export class ApiError extends Error {
  /** @param {string} code @param {string} message @param {number} status */
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/**
 * @param {string} method
 * @param {string} path under /control
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function request(method, path, body) {
  let response;
  try {
    response = await fetch(`/control/${path}`, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError("unreachable", "The sandbox does not answer. Is it still running?", 0);
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) {
    const code = answer?.error ?? `http_${response.status}`;
    throw new ApiError(code, answer?.message ?? code, response.status);
  }
  return answer;
}

/** @param {string} path */
export const get = (path) => request("GET", path);
/** @param {string} path @param {unknown} [body] */
export const post = (path, body = {}) => request("POST", path, body);
/** @param {string} path @param {unknown} body */
export const put = (path, body) => request("PUT", path, body);

/**
 * What one person can do and see. Every act resolves to `{ok, ...}`: a refusal is an answer, not an exception.
 */
export class PersonApi {
  /** @param {string} user */
  constructor(user) {
    this.user = user;
    this.base = `people/${encodeURIComponent(user)}`;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async act(method, path, body = {}) {
    try {
      return { ok: true, ...(await request(method, `${this.base}/${path}`, body)) };
    } catch (error) {
      if (error instanceof ApiError) return { ok: false, error: error.code, message: error.message };
      throw error;
    }
  }

  /** @param {string} path @param {Record<string, any>} [query] */
  see(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    const suffix = given.length ? `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}` : "";
    return get(`${this.base}/${path}${suffix}`);
  }

  conversations() {
    return this.see("conversations").then((answer) => answer.conversations);
  }

  /** @param {string} channel @param {{limit?: number, before?: string, after?: string, thread_ts?: string}} query */
  messages(channel, query) {
    return this.see(`conversations/${encodeURIComponent(channel)}/messages`, query);
  }

  /**
   * One message by its time stamp: the newest one that is not later. Null when it is gone.
   * @param {string} channel @param {string} ts
   */
  async message(channel, ts) {
    const { messages } = await this.messages(channel, { before: justAfter(ts), limit: 1 });
    return messages.at(-1)?.ts === ts ? messages.at(-1) : null;
  }

  views() {
    return this.see("views").then((answer) => answer.views);
  }

  /** @param {string} id */
  fileUrl(id) {
    return `/control/${this.base}/files/${encodeURIComponent(id)}`;
  }
}

/** The next time stamp after this one. @param {string} ts */
export function justAfter(ts) {
  const [seconds, micros = "000000"] = ts.split(".");
  const next = Number(micros) + 1;
  return next > 999999 ? `${Number(seconds) + 1}.000000` : `${seconds}.${String(next).padStart(6, "0")}`;
}

/**
 * One person's live frames. Opens again by itself, with growing pauses, until closed.
 */
export class Live {
  /**
   * @param {string} user
   * @param {(frame: any) => void} onFrame
   * @param {(connected: boolean, again: boolean) => void} onState `again`: a gap lies behind, so everything is to be read anew
   */
  constructor(user, onFrame, onState) {
    this.user = user;
    this.onFrame = onFrame;
    this.onState = onState;
    this.failures = 0;
    this.opened = false;
    this.closed = false;
    this.open();
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/control/live?user=${encodeURIComponent(this.user)}`);
    this.socket = socket;
    socket.onopen = () => {
      if (this.closed) return socket.close();
      this.failures = 0;
      this.onState(true, this.opened);
      this.opened = true;
    };
    socket.onmessage = (event) => {
      if (!this.closed) this.onFrame(JSON.parse(event.data));
    };
    socket.onclose = () => {
      if (this.closed) return;
      this.onState(false, false);
      this.failures += 1;
      const pause = Math.min(10_000, 250 * 2 ** this.failures) * (0.75 + Math.random() / 2);
      window.setTimeout(() => this.closed || this.open(), pause);
    };
  }

  close() {
    this.closed = true;
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.close();
  }
}
