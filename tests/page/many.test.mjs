// Ten thousand feeds.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Browser, PHONE, faultsOf, shot } from "./support/browser.mjs";
import { Daemon, Folder } from "./support/daemon.mjs";

const FEEDS = 10_000;

/// The longest that a page of the table may take, with a build for tests and on a busy machine; it takes some tenths of it.
const PAGE_MS = 3_000;

let folder, daemon, browser;

before(async () => {
  folder = new Folder();
  const numbers = Array.from({ length: FEEDS }, (_, number) => String(number).padStart(5, "0"));
  const feeds = numbers.map((number) => `[[feeds]]\nid = "feed-${number}"\nurl = "http://127.0.0.1:1/${number}.xml"\n`);
  folder.write(
    "dateline.toml",
    `[state]\ndir = "state"\n[admin]\nlisten = "127.0.0.1:0"\n[log]\nformat = "json"\n[sinks.jsonl.main]\ndir = "out"\n${feeds.join("")}`,
  );
  // The state is made by a daemon that has nothing to ask.
  const maker = new Folder();
  maker.write(
    "dateline.toml",
    `[state]\ndir = "${folder.at("state")}"\n[admin]\nlisten = "127.0.0.1:0"\n[log]\nformat = "json"\n[[drops]]\npath = "in"\n[sinks.jsonl.main]\ndir = "out"\n`,
  );
  await (await Daemon.start(maker)).stop();
  maker.remove();
  const now = Date.now();
  const rows = numbers.map((number, index) => {
    const failing = index % 50 === 7;
    const gone = index % 1000 === 3;
    const outcome = gone ? "gone" : failing ? "failed" : "read";
    const memory = JSON.stringify({ etag: `"${number}"`, links: "x".repeat(600) });
    return `('feed-${number}','feed','Title ${number}',${gone ? "NULL" : now + 86_400_000 + index},${now - index * 1000},${now - index * 1000},` +
      `${failing || gone ? (index % 40) + 1 : 0},${failing || gone ? now - index * 60_000 : "NULL"},'${outcome}',${failing ? 500 : 200},` +
      `${failing || gone ? `'HTTP 500 of ${number}'` : "NULL"},${index % 300},'{}','{}','${memory}')`;
  });
  folder.sql(
    "INSERT INTO sources (id, kind, title, due, attempted, succeeded, failures, failing_since, outcome, status, reason, drafts, plan, pace, memory) " +
      `VALUES ${rows.join(",")};`,
  );
  daemon = await Daemon.start(folder);
  browser = await Browser.open();
});

after(async () => {
  await browser?.close();
  await daemon?.stop();
  folder?.remove();
});

test("the table shows a hundred of them, and says how many there are", async () => {
  const page = await browser.page(daemon.url, { viewport: PHONE });
  await page.goto("/feeds");
  await page.waitForSelector("text=/10.000 of 10.000 sources/");
  assert.equal(await page.locator("tbody tr").count(), 100);
  await page.getByRole("link", { name: "Last", exact: true }).click();
  await page.waitForSelector("text=Page 100 of 100");
  assert.equal(await page.locator("tbody th a").last().textContent(), "feed-09999");
  await page.getByLabel("Search").fill("of 04057");
  await page.waitForSelector("text=1 of 10");
  assert.deepEqual(await page.locator("tbody th a").allTextContents(), ["feed-04057"]);
  await page.goto("/feeds?sort=failing&dir=desc");
  await shot(page, "many-phone");
  assert.deepEqual(await faultsOf(page), []);
  await page.context().close();
});

test("every order of the table is quick", async () => {
  const took = [];
  for (const sort of ["id", "health", "rhythm", "succeeded", "due", "failing", "items", "error", "url"]) {
    const began = performance.now();
    const answer = await fetch(`${daemon.url}/feeds?sort=${sort}&dir=desc&q=feed`);
    const text = await answer.text();
    took.push(Math.round(performance.now() - began));
    assert.ok(text.includes("Page 1 of 100") && text.length < 300_000, sort);
  }
  console.log(`10,000 feeds: ${took.join(", ")} ms a page`);
  assert.ok(Math.max(...took) < PAGE_MS, took.join(", "));
});

test("the overview counts without going through them", async () => {
  const { wrong } = await daemon.json("/");
  const said = wrong.map(({ what }) => what).join("\n");
  assert.match(said, /10 sources are gone for good/);
  assert.match(said, /sources are failing for a week or longer|sources are failing, and asked again/);
});
