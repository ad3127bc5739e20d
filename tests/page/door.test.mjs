// The admin port with a token, and as a socket.

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { after, before, test } from "node:test";

import { Browser, faultsOf, shot } from "./support/browser.mjs";
import { Daemon, Folder, ask, until } from "./support/daemon.mjs";

const TOKEN = "a token for the door of the harbour";
const REST = '[log]\nformat = "json"\n[[feeds]]\nurl = "http://127.0.0.1:1/feed.xml"\n[sinks.jsonl.main]\ndir = "out"\n';

let folder, daemon, browser;

before(async () => {
  folder = new Folder();
  folder.write("token", `${TOKEN}\n`);
  folder.write("dateline.toml", `[admin]\nlisten = "0.0.0.0:0"\ntoken = { file = "token" }\n${REST}`);
  daemon = await Daemon.start(folder);
  daemon.address = daemon.address.replace("0.0.0.0", "127.0.0.1");
  daemon.url = `http://${daemon.address}`;
  browser = await Browser.open();
});

after(async () => {
  await browser?.close();
  await daemon?.stop();
  folder?.remove();
});

test("tools show the token with every request", async () => {
  const get = (path, headers = {}) => ask(daemon.address, { path, headers });
  for (const path of ["/", "/feeds", "/metrics", "/about"]) {
    const stranger = await get(path);
    assert.equal(stranger.status, 401, path);
    assert.match(stranger.headers["www-authenticate"], /^Bearer/);
    assert.equal((await get(path, { authorization: `Bearer ${TOKEN}` })).status, 200, path);
    assert.equal((await get(path, { authorization: `Bearer ${TOKEN}x` })).status, 401, path);
  }
  for (const path of ["/healthz", "/readyz"]) assert.notEqual((await get(path)).status, 401, path);
  const post = { method: "POST", path: "/nowhere", headers: { authorization: `Bearer ${TOKEN}` } };
  assert.equal((await ask(daemon.address, post)).status, 404, "the token itself is no cookie that a browser would add");
});

for (const javaScriptEnabled of [true, false]) {
  test(`browsers show it once, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
    const page = await browser.page(daemon.url, { javaScriptEnabled });
    await page.goto("/feeds?q=x");
    assert.match(page.url(), /\/login\?next=%2Ffeeds%3Fq%3Dx$/);
    await shot(page, "login");
    await page.getByLabel("Token").fill("not the token of it");
    await page.getByRole("button", { name: "Log in" }).click();
    assert.equal(await page.getByRole("alert").textContent(), "That is not the token.");
    await page.getByLabel("Token").fill(TOKEN);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/feeds\?q=x$/);
    const [cookie] = await page.context().cookies();
    assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Strict", "/"]);
    assert.ok(!cookie.value.includes(TOKEN));
    const session = { cookie: `${cookie.name}=${cookie.value}` };
    assert.equal((await ask(daemon.address, { headers: session })).status, 200);
    const forged = await ask(daemon.address, { method: "POST", path: "/logout", headers: session });
    assert.equal(forged.status, 403, "the cookie alone changes nothing");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(/\/login/);
    assert.equal((await ask(daemon.address, { headers: session })).status, 401, "the session is over, not only forgotten");
    const faults = (await faultsOf(page)).filter((fault) => !fault.includes("403"));
    assert.deepEqual(faults, []);
    await page.context().close();
  });
}

for (const javaScriptEnabled of [true, false]) {
  test(`a button that is pressed after the session leads to the door and back, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
    const page = await browser.page(daemon.url, { javaScriptEnabled });
    const enter = async () => {
      await page.getByLabel("Token").fill(TOKEN);
      await page.keyboard.press("Enter");
    };
    await page.goto("/?range=day");
    await enter();
    await page.waitForURL(/\/\?range=day$/);
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Reload the configuration" }).click();
    await page.waitForURL(/\/login\?next=%2F%3Frange%3Dday$/);
    await enter();
    await page.waitForURL(/\/\?range=day$/);
    assert.deepEqual(await faultsOf(page), []);
    await page.context().close();
  });
}

test("what the page does wants a session and its own form, or the token", async () => {
  const post = (headers) => ask(daemon.address, { method: "POST", path: "/reload", headers });
  const ours = { origin: daemon.url };
  assert.equal((await post(ours)).status, 401, "a stranger's");
  assert.equal((await post({ authorization: `Bearer ${TOKEN}` })).status, 303, "a tool's");
  const page = await browser.page(daemon.url);
  await page.goto("/login");
  await page.getByLabel("Token").fill(TOKEN);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${daemon.url}/`);
  await page.getByRole("button", { name: "Reload the configuration" }).click();
  await page.waitForSelector("#told >> text=nothing has changed");
  const [cookie] = await page.context().cookies();
  const session = { cookie: `${cookie.name}=${cookie.value}` };
  assert.equal((await post(session)).status, 403, "the cookie alone");
  assert.equal((await post({ ...session, origin: "http://evil.example" })).status, 403);
  assert.equal((await post({ ...session, ...ours })).status, 303);
  assert.deepEqual(await faultsOf(page), []);
  await page.context().close();
});

test("the log tells of a wrong token, and never what it was", async () => {
  await until("the warning", () => (daemon.log.some((line) => line.includes("wrong token")) ? true : undefined));
  assert.ok(!daemon.log.some((line) => line.includes(TOKEN) || line.includes("not the token of it")));
});

test("a socket is for its owner and its group", async () => {
  const place = new Folder();
  const socketPath = place.at("admin.sock");
  place.write("dateline.toml", `[admin]\nlisten = "unix:${socketPath}"\n${REST}`);
  const open = () => Daemon.start(place);
  let served = await open();
  assert.equal(served.address, `unix:${socketPath}`);
  assert.equal(statSync(socketPath).mode & 0o777, 0o660);
  const get = (headers) => ask(null, { socketPath, path: "/about", headers });
  assert.equal((await get({ host: "localhost" })).status, 200);
  assert.equal((await get({ host: "evil.example" })).status, 403);
  served.child.kill("SIGKILL");
  await served.ended;
  assert.ok(statSync(socketPath).isSocket(), "it is left behind");
  served = await open();
  assert.equal((await get({ host: "localhost" })).status, 200, "and taken over");
  await served.stop();
  assert.throws(() => statSync(socketPath), "it is taken away at the end");
  place.remove();
});

test("a token that can be guessed is refused", async () => {
  const place = new Folder();
  place.write("dateline.toml", `[admin]\nlisten = "127.0.0.1:0"\ntoken = { env = "DOOR" }\n${REST}`);
  await assert.rejects(Daemon.start(place, { DOOR: "short" }), /ended with 78[^]*shorter than 16 characters/);
  place.remove();
});
