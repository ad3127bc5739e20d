// The daemon as a child process, and its folder.

import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const BINARY = process.env.DATELINE_BIN;
if (!BINARY || !existsSync(BINARY)) throw new Error("DATELINE_BIN does not name the dateline binary");

/// How long anything may take that is waited for.
const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 50;

export class Folder {
  constructor() {
    this.path = mkdtempSync(join(tmpdir(), "dateline-page-"));
  }

  at(...parts) {
    return join(this.path, ...parts);
  }

  write(name, text) {
    writeFileSync(this.at(name), text);
  }

  /// Runs SQL on the state; no daemon may work on it.
  sql(text) {
    execFileSync("sqlite3", ["-bail", this.at("state", "dateline.db")], { input: text });
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export class Daemon {
  /// Starts the daemon on `dateline.toml` in the folder; ready when its admin port answers.
  static async start(folder, environment = {}) {
    const daemon = new Daemon();
    const env = { ...process.env, ...environment, DATELINE_LOG: "info" };
    daemon.child = spawn(BINARY, ["run", "-c", folder.at("dateline.toml")], { env, stdio: ["ignore", "ignore", "pipe"] });
    daemon.log = [];
    daemon.ended = new Promise((resolve) => daemon.child.once("exit", resolve));
    const address = new Promise((resolve, reject) => {
      createInterface({ input: daemon.child.stderr }).on("line", (line) => {
        daemon.log.push(line);
        const served = line.includes("metrics and health are served") && line.match(/"address":"([^"]+)"/);
        if (served) resolve(served[1]);
      });
      daemon.ended.then((code) => reject(new Error(`the daemon ended with ${code}:\n${daemon.log.join("\n")}`)));
    });
    daemon.address = await address;
    daemon.url = `http://${daemon.address}`;
    return daemon;
  }

  /// The facts of a page.
  async json(path) {
    const answer = await fetch(this.url + path, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async stop() {
    this.child.kill("SIGTERM");
    await this.ended;
  }
}

/// One request, with whatever header fields; fetch would not let a test lie about its host.
export function ask(address, { method = "GET", path = "/", headers = {}, body, socketPath } = {}) {
  const [host, port] = address ? address.split(/:(?=\d+$)/) : [];
  return new Promise((resolve, reject) => {
    const asking = request({ host, port, socketPath, method, path, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts).toString() }));
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

/// Waits until `ask` says something other than undefined.
export async function until(what, ask) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const said = await ask();
    if (said !== undefined) return said;
    if (Date.now() > end) throw new Error(`gave up waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
