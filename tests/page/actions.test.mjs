// What an operator does on the page: with a keyboard, on a phone, without JavaScript; and what others cannot do.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { Browser, PHONE, accessibility, faultsOf, shot } from "./support/browser.mjs";
import { ask, until } from "./support/daemon.mjs";
import { Newsroom } from "./support/newsroom.mjs";

let room, browser;

before(async () => {
  room = await Newsroom.open();
  browser = await Browser.open();
});

after(async () => {
  await browser?.close();
  await room?.close();
});

const open = async (path, options) => {
  const page = await browser.page(room.daemon.url, options);
  await page.goto(path);
  return page;
};

const told = (page) => page.locator("#told");
const config = () => room.folder.at("dateline.toml");
const requests = (path) => room.requests.filter((asked) => asked === path).length;

/// Has the browser's keyboard do what a mouse would.
async function press(page, name) {
  const button = page.getByRole("button", { name });
  await button.focus();
  await page.keyboard.press("Enter");
}

/// What must hold of every page that an operator is led to.
async function isWhole(page, name) {
  await shot(page, name);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${name} is wider than the window`);
  // Its script does not run where scripts do not.
  if (page.scripts) assert.deepEqual(await accessibility(page), [], name);
}

const WAYS = [
  ["with JavaScript", { colorScheme: "light" }],
  ["with JavaScript, dark, on a phone", { colorScheme: "dark", viewport: PHONE }],
  ["without JavaScript", { javaScriptEnabled: false }],
];

for (const [way, options] of WAYS) {
  const visit = async (path) => Object.assign(await open(path, options), { scripts: options.javaScriptEnabled !== false });
  const named = (what) => `act-${what}-${way.replaceAll(/[^a-zA-Z]+/g, "-").toLowerCase()}`;

  test(`a feed is polled ${way}`, async () => {
    const page = await visit("/feeds/notices");
    const before = requests("/notices.xml");
    await press(page, "Poll it now");
    await page.waitForSelector("#told >> text=/notices is (asked now|being asked)/");
    await until("the request", () => (requests("/notices.xml") > before ? true : undefined));
    assert.equal(new URL(page.url()).pathname, "/feeds/notices");
    // In place, the page is not left and the focus stays.
    assert.equal(new URL(page.url()).search === "", page.scripts);
    const focused = await page.evaluate(() => document.activeElement.id);
    assert.equal(focused, page.scripts ? "poll" : "told");
    await isWhole(page, named("poll"));
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test(`the configuration is read again ${way}, and what is wrong with it is shown`, async () => {
    const good = readFileSync(config(), "utf8");
    const page = await visit("/");
    const pause = page.getByRole("button", { name: "Pause refresh" });
    if (page.scripts) await pause.click();
    await press(page, "Reload the configuration");
    await page.waitForSelector("#told >> text=nothing has changed");
    if (page.scripts) assert.equal(await pause.getAttribute("aria-pressed"), "true", "and it is still seen");
    writeFileSync(config(), good.replace('every = "1h"', 'every = "soon <b>"'));
    await press(page, "Reload the configuration");
    await page.waitForSelector("#told >> text=the daemon goes on as it was");
    const why = await told(page).textContent();
    assert.match(why, /Not done/);
    assert.match(why, /dateline\.toml:\d+:\d+: .*soon <b>/);
    const wrong = page.locator(".wrong li").first();
    assert.match(await wrong.textContent(), /Act.*The configuration that was read .* is not taken.*dateline\.toml:\d+:\d+/s);
    await isWhole(page, named("refused"));
    const { now } = await room.daemon.json("/");
    assert.equal(now.refused_config.findings.length, 1);
    writeFileSync(config(), good.replace('every = "1h"', 'every = "2h"'));
    await press(page, "Reload the configuration");
    await page.waitForSelector("#told >> text=Another configuration holds from now on");
    assert.match(await told(page).textContent(), /collected otherwise from now on: notices/);
    assert.equal(await page.locator(".wrong li >> text=is not taken").count(), 0);
    await isWhole(page, named("reload"));
    writeFileSync(config(), good);
    await press(page, "Reload the configuration");
    await page.waitForSelector("#told >> text=collected otherwise from now on: notices");
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test(`records are replayed ${way}, after the page has said how many`, async () => {
    const page = await visit("/sinks");
    const lines = () => room.delivered().length;
    const before = lines();
    await page.getByRole("link", { name: "Deliver records to jsonl.main again…" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/sinks\/jsonl\.main\/replay$/);
    await page.getByLabel("Since when").fill("soon");
    await page.keyboard.press("Enter");
    assert.match(await page.getByRole("alert").textContent(), /neither a duration nor an instant/);
    await isWhole(page, named("replay-problem"));
    await page.getByLabel("Since when").fill("1d");
    await page.keyboard.press("Enter");
    const counted = await page.locator("section:has(#foreseen) strong").textContent();
    const records = Number(counted.replace(/\D/g, ""));
    assert.ok(records >= 124, counted);
    assert.equal(lines(), before, "so far it was only asked");
    await isWhole(page, named("replay"));
    await press(page, /^Deliver .* records again$/);
    await page.waitForURL(/\/sinks\?told=/);
    assert.match(await told(page).textContent(), /Done.*jsonl\.main is getting .* records again, from number/s);
    await until("the records", () => (lines() === before + records ? true : undefined));
    await isWhole(page, named("replayed"));
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test(`dead letters are tried again ${way}, all that the filter shows after a question`, async () => {
    const { entries } = await room.daemon.json("/dead-letters");
    const page = await visit(`/dead-letters/${entries[0].number}`);
    await press(page, "Try it again");
    // It was moved into the archive of what could not be read, or is read and set aside anew.
    await page.waitForSelector("#told >> text=/Done|Not done/");
    await until("a letter", async () => ((await room.daemon.json("/dead-letters")).matching > 0 ? true : undefined));
    await page.goto("/dead-letters?origin=desk");
    await isWhole(page, named("letters"));
    await page.getByRole("link", { name: "Try all of these again…" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/dead-letters\/retry\?origin=desk$/);
    assert.match(await page.locator("main").textContent(), /1 dead letter, from “?desk”?/);
    await isWhole(page, named("retry"));
    await press(page, "Try 1 letter again");
    await page.waitForURL(/\/dead-letters\?origin=desk&told=/);
    assert.match(await told(page).textContent(), /tried again/);
    await isWhole(page, named("retried"));
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}

const ACTIONS = [
  ["/reload", ""],
  ["/feeds/notices/poll", ""],
  ["/dead-letters/1/retry", ""],
  ["/dead-letters/retry", "origin=nobody&before=1000000"],
  ["/sinks/jsonl.main/replay", "since=1d"],
];

test("nobody else's page can have anything done", async () => {
  const said = () => room.daemon.log.filter((line) => /delivered again|tried again|polled by order|"why":"the page"/.test(line)).length;
  const [asked, before] = [room.requests.length, said()];
  const ours = `http://${room.daemon.address}`;
  const form = { "content-type": "application/x-www-form-urlencoded" };
  for (const [path, body] of ACTIONS) {
    const forged = [{}, { origin: "http://evil.example" }, { origin: "null" }, { origin: ours, "sec-fetch-site": "cross-site" }];
    for (const headers of forged) {
      const answer = await ask(room.daemon.address, { method: "POST", path, body, headers: { ...form, ...headers } });
      assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
    }
    const rebound = { ...form, host: "evil.example", origin: "http://evil.example" };
    assert.equal((await ask(room.daemon.address, { method: "POST", path, body, headers: rebound })).status, 403, path);
    // A page that asks back may be looked at; it does nothing.
    assert.ok([200, 405].includes((await ask(room.daemon.address, { path })).status), path);
  }
  assert.equal(room.requests.length, asked);
  assert.equal(said(), before, "nothing was ordered");
});

test("tools get the daemon's answer, and what goes wrong as a status", async () => {
  const headers = { accept: "application/json", origin: `http://${room.daemon.address}`, "content-type": "application/x-www-form-urlencoded" };
  const post = async (path, body = "") => {
    const answer = await ask(room.daemon.address, { method: "POST", path, body, headers });
    return [answer.status, JSON.parse(answer.body)];
  };
  assert.deepEqual((await post("/reload"))[1].added, []);
  assert.deepEqual(await post("/feeds/harbour/poll"), [200, "due"]);
  const [status, { error }] = await post("/feeds/off/poll");
  assert.deepEqual([status, error], [404, "off is switched off: `enabled = false` in the configuration."]);
  assert.match((await post("/feeds/%2F%2Fevil.example/poll"))[1].error, /there is no feed and no drop folder \/\/evil\.example/);
  assert.equal((await post("/sinks/jsonl.nobody/replay", "since=1d"))[0], 404);
  assert.equal((await post("/sinks/jsonl.main/replay", "since=soon"))[0], 400);
  assert.equal((await post("/sinks/jsonl.main/replay", ""))[0], 400);
  assert.equal((await post("/sinks/jsonl.main/replay", "from=1&since=1d"))[0], 400);
  assert.equal((await post("/dead-letters/999999/retry"))[0], 404);
  assert.deepEqual(await post("/feeds/desk/poll"), [200, "now"]);
  assert.deepEqual((await post("/dead-letters/retry", "origin=nobody&before=1000000"))[1], { again: [], stay: [] });
  for (const slip of ["", "origin=nobody", "orgin=nobody&before=1000000", "before=soon"]) assert.equal((await post("/dead-letters/retry", slip))[0], 400, slip);
});

test("what an address brings is neither shown nor followed", async () => {
  const page = await open("/?told=<script>window.pwned=9</script>");
  assert.equal(await told(page).textContent(), "");
  await page.goto("/feeds?told=0-0&q=");
  assert.equal(await told(page).textContent(), "");
  assert.deepEqual(await faultsOf(page), []);
  const headers = { origin: `http://${room.daemon.address}` };
  const answer = await ask(room.daemon.address, { method: "POST", path: "/feeds/%2Fevil.example%0d%0aset-cookie:x/poll", headers });
  assert.equal(answer.status, 303);
  assert.match(answer.headers.location, /^\/feeds\?told=\d+-\d+#told$/);
  assert.equal(answer.headers["set-cookie"], undefined);
  await page.context().close();
});
