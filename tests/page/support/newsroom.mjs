// A small newsroom: feeds of all sorts on this machine, a drop folder, a sink that works, one that is away and one that may be; and a past, as if the daemon had run for
// a week.

import { createServer } from "node:http";
import { join } from "node:path";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

import { Daemon, Folder, until } from "./daemon.mjs";

export const STORY = {
  title: "Harbour Board buys the ferry Tern",
  text:
    "OSLO – The Harbour Board of Bergen bought the ferry Tern for 12 million euros on 9 May 2023. 😀 Jonas Gahr Støre, the prime minister of Norway, " +
    "said in Oslo last Tuesday that the ship would sail to Hamburg from June on.\n\nSiemens is to mend its engine by the end of next year.",
};

export const HOSTILE = {
  script: "<script>window.pwned=1</script> Quay closed",
  image: "\"><img src=x onerror=\"window.pwned=2\"> Crane moved",
  turned: "Tern \u202egnorw sliaS\u202d sails",
  long: "Ø".repeat(5000) + "x".repeat(5000),
};

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function rss(title, items) {
  const item = ({ title, link, text = "A short text about a ferry.", date = "Tue, 16 May 2023 08:00:00 GMT" }) =>
    `<item><title>${escape(escape(title))}</title><link>${escape(link)}</link><guid isPermaLink="false">${escape(title.slice(0, 60))}</guid>` +
    `<pubDate>${date}</pubDate><description>${escape(text.split("\n\n").map((part) => `<p>${escape(part)}</p>`).join(""))}</description></item>`;
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>${escape(title)}</title><language>en</language>${items.map(item).join("")}</channel></rss>`;
}

function pages(base) {
  const many = Array.from({ length: 120 }, (_, number) => ({ title: `Notice ${number} to mariners`, link: `${base}/notices/${number}` }));
  const hostile = Object.values(HOSTILE).map((title, number) => ({ title, link: number === 0 ? "javascript:window.pwned=3" : `${base}/hostile/${number}` }));
  return {
    "/harbour.xml": rss("Harbour News", [{ ...STORY, link: `${base}/harbour/tern` }]),
    "/notices.xml": rss("Notices to Mariners", many),
    "/hostile.xml": rss("<script>window.pwned=4</script>\u202e Hostile", hostile),
  };
}

/// A newsroom with its daemon running.
export class Newsroom {
  static async open() {
    const room = new Newsroom();
    room.folder = new Folder();
    /// Addresses that the daemon has asked for.
    room.requests = [];
    room.server = createServer((request, answer) => room.serve(request, answer));
    await new Promise((resolve) => room.server.listen(0, "127.0.0.1", resolve));
    try {
      await room.begin();
    } catch (error) {
      await room.close();
      throw error;
    }
    return room;
  }

  async begin() {
    this.base = `http://127.0.0.1:${this.server.address().port}`;
    this.pages = pages(this.base);
    mkdirSync(this.folder.at("in"));
    writeFileSync(this.folder.at("in", "crane <b>log.txt"), Buffer.from("\x00\x01\x02 <script>window.pwned=5</script> \xff\xfe crane", "latin1"));
    this.folder.write("dateline.toml", this.config());
    await this.collect();
    this.folder.sql(past(Date.now()));
    this.daemon = await Daemon.start(this.folder);
  }

  config() {
    const feed = (id, path, more = "") => `[[feeds]]\nid = "${id}"\nurl = "${this.base}${path}"\n${more}\n`;
    return [
      '[state]\ndir = "state"\n[admin]\nlisten = "127.0.0.1:0"\nhosts = ["dateline.test"]\n[log]\nformat = "json"\n',
      '[collect]\nper_host_spacing = "0s"\n[http]\nallow_networks = ["127.0.0.0/8"]\n[shutdown]\ndrain = "2s"\n[reload]\nwatch = false\n',
      feed("harbour", "/harbour.xml", 'tags = ["sea", "north"]'),
      feed("notices", "/notices.xml", 'tags = ["sea"]\nevery = "1h"'),
      feed("hostile", "/hostile.xml"),
      feed("broken", "/broken.xml", 'name = "Broken Times"'),
      feed("gone", "/gone.xml"),
      feed("off", "/off.xml", "enabled = false"),
      '[[drops]]\nid = "desk"\npath = "in"\n',
      '[sinks.jsonl.main]\ndir = "out"\n',
      '[sinks.kafka.away]\nbrokers = ["127.0.0.1:1"]\ntopic = "articles"\n',
      '[sinks.kafka.spare]\nbrokers = ["127.0.0.1:1"]\ntopic = "spare"\nrequired = false\n',
    ].join("\n");
  }

  /// The lines that the sink of files has got.
  delivered() {
    const folder = this.folder.at("out");
    const files = readdirSync(folder).filter((name) => /\.jsonl(\.part)?$/.test(name));
    return files.flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean));
  }

  serve(request, answer) {
    this.requests.push(request.url);
    if (request.url === "/gone.xml") answer.writeHead(410).end();
    else if (this.pages[request.url]) answer.writeHead(200, { "content-type": "application/rss+xml; charset=utf-8" }).end(this.pages[request.url]);
    else answer.writeHead(500).end();
  }

  /// Has everything read once.
  async collect() {
    const daemon = (this.daemon = await Daemon.start(this.folder));
    await until("the newsroom to be read", async () => {
      const { sources } = await daemon.json("/feeds");
      const asked = sources.filter((source) => source.health !== "new").length;
      const { now } = await daemon.json("/sinks");
      const lag = now.sinks.find((sink) => sink.name === "jsonl.main").lag;
      return asked === sources.length && now.glance.records.committed >= 124 && now.glance.dead_letters > 0 && lag === 0 ? true : undefined;
    });
    await daemon.stop();
  }

  async close() {
    await this.daemon?.stop();
    this.server.close();
    this.folder.remove();
  }
}

/// A week of samples that end now, and turns of a feed.
function past(now) {
  const minute = 60_000;
  const rows = [];
  const sample = (at, age) => {
    const hours = 24 * 8 - age / 60;
    const drafts = Math.round(1000 * hours + 300 * Math.sin(hours / 4) * hours ** 0.5);
    const lag = Math.max(0, Math.round(80 * Math.sin(hours / 2)));
    const series = { drafts, records: drafts - 20, bytes: 40_000_000 + 200_000 * hours, failing: 3 + Math.round(2 * Math.sin(hours / 9)), stopped: 1 };
    series["position transform"] = drafts - 5;
    series["position jsonl.main"] = drafts - 20 - lag;
    series["position kafka.away"] = Math.min(drafts - 20, 185_000);
    for (const [name, value] of Object.entries(series)) rows.push(`(${at},'${name}',${Math.round(value)})`);
  };
  for (let age = 8 * 24 * 60; age > 0; age -= age > 30 * 60 ? 60 : age > 180 ? 10 : 1) {
    sample(Math.floor((now - age * minute) / minute) * minute, age);
  }
  const turns = Array.from({ length: 48 }, (_, number) => {
    const failed = number % 11 === 5;
    const fresh = failed ? 0 : (number * 7) % 9;
    const outcome = failed ? "failed" : fresh ? "read" : "unchanged";
    return `('notices',${now - (number + 1) * 900_000},'${outcome}',${failed ? 503 : fresh ? 200 : 304},${fresh},${40 + number},${failed ? "'HTTP 503 of the harbour'" : "NULL"})`;
  });
  return `DELETE FROM samples; INSERT INTO samples VALUES ${rows.join(",")};\nINSERT INTO turns VALUES ${turns.join(",")};`;
}
