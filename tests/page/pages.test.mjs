// Every page of the admin port, as people meet it: on a desk and on a phone, light and dark, with a keyboard, without JavaScript.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Browser, DESK, PHONE, accessibility, faultsOf, shot, violationsOf } from "./support/browser.mjs";
import { ask } from "./support/daemon.mjs";
import { HOSTILE, Newsroom, STORY } from "./support/newsroom.mjs";

let room, browser, paths;

before(async () => {
  room = await Newsroom.open();
  browser = await Browser.open();
  const { entries } = await room.daemon.json("/articles?feed=harbour");
  const letters = await room.daemon.json("/dead-letters");
  paths = {
    overview: "/",
    week: "/?range=week",
    feeds: "/feeds",
    failing: "/feeds?show=failing&sort=failing&dir=desc",
    feed: "/feeds/notices",
    "feed-broken": "/feeds/broken",
    articles: "/articles",
    article: `/articles/${entries[0].seq}`,
    letters: "/dead-letters",
    letter: `/dead-letters/${letters.entries[0].number}`,
    retry: "/dead-letters/retry",
    sinks: "/sinks",
    replay: "/sinks/jsonl.main/replay?since=7d",
    about: "/about",
    missing: "/nothing-here",
  };
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

/// How far the page is wider than its window.
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

for (const [scheme, size] of [["light", "desk"], ["dark", "desk"], ["light", "phone"], ["dark", "phone"]]) {
  test(`every page is whole, ${scheme}, on a ${size}`, async () => {
    const viewport = size === "desk" ? DESK : PHONE;
    const page = await browser.page(room.daemon.url, { colorScheme: scheme, viewport });
    const faults = [];
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(path);
      await shot(page, `${name}-${size}-${scheme}`);
      if ((await page.locator("main h1").count()) !== 1) faults.push(`${path} has no heading`);
      if ((await overflow(page)) > 0) faults.push(`${path} is wider than the window`);
      // Both schemes and both sizes have their turn, and it takes a second a page.
      if ((scheme === "light") === (size === "desk")) faults.push(...(await accessibility(page)).map((fault) => `${path}: ${fault}`));
      faults.push(...(await violationsOf(page)).map((fault) => `${path}: ${fault}`));
    }
    faults.push(...page.faults.filter((fault) => !fault.includes("404")));
    assert.deepEqual(faults, []);
    await page.context().close();
  });
}

test("dark is dark and light is light", async () => {
  const lightness = async (colorScheme) => {
    const page = await open("/", { colorScheme });
    const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.context().close();
    return colour.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3;
  };
  assert.ok((await lightness("light")) > 230);
  assert.ok((await lightness("dark")) < 40);
});

test("what is wrong stands at the top, with its reason", async () => {
  const page = await open("/");
  const wrong = await page.locator(".wrong li").allTextContents();
  assert.ok(wrong.some((text) => /kafka\.away takes nothing/.test(text)), wrong.join("\n"));
  assert.ok(wrong.some((text) => /1 source is gone for good/.test(text)), wrong.join("\n"));
  assert.ok(wrong.some((text) => /1 source is failing, and asked again/.test(text)), wrong.join("\n"));
  assert.ok(wrong[0].startsWith("✕"), "the gravest first");
  const mayBe = wrong.find((text) => /kafka\.spare takes nothing/.test(text));
  assert.ok(mayBe?.startsWith("▲"), "one that is not required is nobody's alarm");
  await page.context().close();
});

test("sinks say whether the daemon is ready without them", async () => {
  const page = await open("/sinks");
  const required = async (name) => page.locator("tr", { has: page.getByRole("rowheader", { name }) }).locator('[data-name="Required"]').textContent();
  assert.deepEqual([await required("jsonl.main"), await required("kafka.spare")], ["yes", "no"]);
  assert.equal(await page.locator("section:has(> h3)", { hasText: "kafka.spare" }).getByText("false").count(), 1);
  const { sinks } = await (await fetch(`${room.daemon.url}/readyz`)).json();
  assert.deepEqual([sinks["kafka.away"].required, sinks["kafka.spare"].required], [true, false]);
  await page.context().close();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with" : "without";

  test(`feeds are sorted and searched ${how} JavaScript`, async () => {
    const page = await open("/feeds", { javaScriptEnabled });
    const ids = () => page.locator("tbody th a").allTextContents();
    const shown = async (expected) => {
      await page.waitForFunction((count) => document.querySelectorAll("tbody tr").length === count, expected.length).catch(() => {});
      assert.deepEqual(await ids(), expected);
    };
    const settled = (address) => (javaScriptEnabled ? page.waitForURL(address) : page.waitForLoadState());
    await shown(["broken", "desk", "gone", "harbour", "hostile", "notices", "off"]);
    await page.getByRole("link", { name: "Feed", exact: true }).click();
    await settled(/sort=id&dir=desc/);
    await page.waitForSelector("th[aria-sort=descending]");
    assert.deepEqual((await ids()).slice(0, 2), ["off", "notices"]);
    await page.getByRole("link", { name: "Health" }).click();
    await settled(/sort=health/);
    await page.waitForSelector("th[aria-sort=ascending] >> text=Health");
    assert.deepEqual((await ids()).slice(0, 2), ["gone", "broken"]);
    await page.getByLabel("Search").fill("harbour");
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Show" }).click();
    await settled(/q=harbour/);
    await page.waitForSelector("text=1 of 7 sources");
    assert.deepEqual(await ids(), ["harbour"]);
    assert.match(page.url(), /sort=health/, "the order stays");
    await page.goto("/feeds?show=failing");
    assert.deepEqual(await ids(), ["broken"]);
    await page.goto("/feeds?tag=sea");
    assert.deepEqual(await ids(), ["harbour", "notices"]);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test(`plots can be read ${how} JavaScript`, async () => {
    const page = await open("/?range=day", { javaScriptEnabled });
    const throughput = page.locator("#throughput");
    assert.ok((await throughput.locator("path.line").first().getAttribute("d")).length > 100);
    await throughput.locator("summary").click();
    assert.equal(await throughput.locator("tbody tr").count(), 72);
    assert.match(await throughput.locator("tbody tr").nth(30).textContent(), /\d\d:\d\d[\d.]+/);
    await page.context().close();
  });
}

test("the values under the pointer are those of the table", async () => {
  const page = await open("/?range=week");
  const plot = page.locator("#lag");
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.locator(".frame svg").boundingBox();
  await page.mouse.move(box.x + box.width - 1, box.y + 20);
  const cells = await plot.locator("tbody tr").last().locator("th, td").allTextContents();
  const readout = await plot.locator(".readout").textContent();
  for (const cell of cells) assert.ok(readout.includes(cell), `${readout} lacks ${cell}`);
  await page.mouse.move(2, 2);
  assert.ok(!(await plot.locator(".readout").textContent()).includes(cells[0]));
  await page.context().close();
});

test("the overview is shown anew by itself, keeps what is open, and can be paused", async () => {
  const page = await browser.page(room.daemon.url);
  await page.clock.install();
  await page.goto("/");
  await page.locator("#lag summary").click();
  const refreshed = page.waitForResponse((answer) => new URL(answer.url()).pathname === "/");
  await page.clock.runFor(10_500);
  await (await refreshed).finished();
  await page.clock.runFor(1_000);
  await page.waitForFunction(() => !document.querySelector(".htmx-request"));
  assert.ok(await page.locator("#lag details").evaluate((details) => details.open));
  const pause = page.getByRole("button", { name: "Pause refresh" });
  await pause.click();
  assert.equal(await pause.getAttribute("aria-pressed"), "true");
  const prevented = page.evaluate(() => new Promise((resolve) => {
    document.addEventListener("htmx:before:request", (event) => resolve(event.defaultPrevented), { once: true });
  }));
  await page.clock.runFor(10_500);
  assert.equal(await prevented, true);
  assert.deepEqual(await faultsOf(page), []);
  await page.context().close();
});

describe("with a keyboard", () => {
  const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.name);

  test("the first step leads past the head, the next ones through it in order", async () => {
    const page = await open("/feeds");
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Skip to the content");
    const box = await page.locator(".skip").boundingBox();
    assert.ok(box.x >= 0, "it is seen while it has the focus");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "content");
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "q", "and goes on there");
    await page.goto("/feeds");
    const steps = [];
    for (let step = 0; step < 8; step += 1) {
      await page.keyboard.press("Tab");
      steps.push(await focused(page));
    }
    assert.deepEqual(steps, ["Skip to the content", "Dateline", "Overview", "Feeds", "Articles", "Dead letters", "Sinks", "About"]);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
    assert.equal(outline, "3px", "the focus is seen");
    await page.context().close();
  });

  test("Enter sorts, and the focus stays where it was", async () => {
    const page = await open("/feeds");
    await page.getByRole("link", { name: "Next due" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("th[aria-sort=ascending] >> text=Next due");
    assert.match(await focused(page), /^Next due/);
    await page.keyboard.press("Enter");
    await page.waitForSelector("th[aria-sort=descending] >> text=Next due");
    assert.match(await focused(page), /^Next due/);
    await page.context().close();
  });

  test("the search field keeps the focus while it searches", async () => {
    const page = await open("/feeds");
    await page.getByLabel("Search").focus();
    await page.keyboard.type("notices", { delay: 20 });
    await page.waitForSelector("text=1 of 7 sources");
    assert.equal(await focused(page), "q");
    await page.context().close();
  });
});

test("names and times are marked at their characters", async () => {
  const page = await open(paths.article);
  const record = await room.daemon.json(paths.article);
  assert.equal(record.title, STORY.title);
  const marks = await page.locator('[data-field="text"]').evaluate((field) => {
    const found = [];
    let at = 0;
    for (const node of field.childNodes) {
      const length = [...node.textContent].length;
      if (node.nodeName === "MARK") found.push({ start: at, end: at + length, text: node.textContent, kind: node.className });
      at += length;
    }
    return { text: field.textContent, found };
  });
  assert.equal(marks.text, record.text);
  const told = new Set();
  for (const timex of record.timestamps) if (timex.field === "text") told.add(`${timex.start}-${timex.end} ${timex.text} time`);
  for (const amount of record.quantities ?? []) if (amount.field === "text") told.add(`${amount.start}-${amount.end} ${amount.text} amount`);
  for (const entity of record.entities) {
    const kind = ["person", "organization", "location"].includes(entity.type) ? entity.type : "other";
    for (const mention of entity.mentions) if (mention.field === "text") told.add(`${mention.start}-${mention.end} ${mention.text} ${kind}`);
  }
  assert.ok(marks.found.length >= 8, JSON.stringify(marks.found));
  for (const mark of marks.found) {
    assert.ok(told.has(`${mark.start}-${mark.end} ${mark.text} ${mark.kind}`), `${JSON.stringify(mark)} is not of ${[...told].join(", ")}`);
  }
  const kinds = new Set(marks.found.map((mark) => mark.kind));
  for (const kind of ["person", "location", "time", "amount"]) assert.ok(kinds.has(kind), `${kind} is marked`);
  const styles = await page.locator(".marks mark").evaluateAll((marks) =>
    marks.map((mark) => {
      const { borderBottomStyle, borderBottomWidth, boxShadow } = getComputedStyle(mark);
      return `${borderBottomStyle} ${borderBottomWidth} ${boxShadow.replace(/rgba?\([^)]*\)/g, "")}`;
    }),
  );
  assert.equal(new Set(styles).size, styles.length, `they differ by more than colour: ${styles.join("; ")}`);
  assert.ok(await page.getByRole("row", { name: /9 May 2023/ }).count(), "and stand in the table");
  await page.context().close();
});

test("hostile titles, links and bytes do no harm", async () => {
  const page = await open("/articles?feed=hostile", { viewport: PHONE });
  const titles = await page.locator("tbody th").allTextContents();
  assert.ok(titles.some((title) => title === HOSTILE.script), titles.join("\n").slice(0, 500));
  assert.ok(titles.some((title) => title.includes("onerror=")));
  assert.ok((await overflow(page)) <= 0);
  const { entries } = await room.daemon.json("/articles?feed=hostile");
  assert.equal(entries.length, 4);
  for (const { seq } of entries) {
    await page.goto(`/articles/${seq}`);
    assert.ok((await overflow(page)) <= 0);
    const links = await page.locator("main a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    assert.ok(links.every((link) => /^(\/|#|https?:\/\/)/.test(link)), links.join(" "));
    const foreign = page.locator('main a[href^="http"]');
    for (const rel of await foreign.evaluateAll((links) => links.map((link) => link.rel))) assert.equal(rel, "noreferrer noopener");
  }
  await page.goto("/feeds/hostile");
  assert.match(await page.locator(".lead").textContent(), /<script>window\.pwned=4<\/script>/);
  await page.goto(paths.letter);
  assert.match(await page.locator("pre").textContent(), /3c 73 63 72 69 70 74 3e/);
  await page.goto(`${paths.letter}?as=text`);
  assert.match(await page.locator("pre").textContent(), /␀␁␂ <script>window\.pwned=5<\/script>/);
  assert.deepEqual(await faultsOf(page), []);
  const bytes = await fetch(`${room.daemon.url}${paths.letter}/bytes`);
  assert.equal(bytes.headers.get("content-type"), "application/octet-stream");
  assert.match(bytes.headers.get("content-disposition"), /^attachment/);
  await page.context().close();
});

test("a feed tells why it is due when it is, and how its turns went", async () => {
  const page = await open("/feeds/notices");
  assert.match(await page.locator(".reasons").textContent(), /the configured interval is 1 h/);
  assert.equal(await page.locator("section:has(#turns) tbody tr").count(), 49);
  assert.equal(await page.locator(".bars .failed").count(), 4);
  assert.ok(await page.getByText("HTTP 503 of the harbour").count());
  const { turns, state } = await room.daemon.json("/feeds/notices");
  assert.equal(turns.length, 49);
  assert.equal(state.memory, null, "what a source remembers is its own");
  await page.context().close();
});

test("articles and dead letters are filtered and paged", async () => {
  const page = await open("/articles", { javaScriptEnabled: false });
  assert.equal(await page.locator("tbody tr").count(), 50);
  await page.getByRole("link", { name: /^Older/ }).click();
  assert.equal(await page.locator("tbody tr").count(), 50);
  await page.goto("/articles?q=ferry+TERN&language=en");
  assert.deepEqual(await page.locator("tbody th").allTextContents(), [STORY.title]);
  await page.goto("/dead-letters?stage=collect&q=crane");
  assert.equal(await page.locator("tbody tr").count(), 1);
  await page.goto("/dead-letters?stage=deliver");
  assert.equal(await page.locator("tbody tr").count(), 0);
  await page.context().close();
});

describe("who asks, and by what name", () => {
  const get = (headers, path = "/") => ask(room.daemon.address, { path, headers });

  test("names that are not ours are refused", async () => {
    for (const host of ["evil.example", "evil.example:9464", `localhost.evil.example:${room.daemon.address.split(":")[1]}`]) {
      assert.equal((await get({ host })).status, 403, host);
      assert.equal((await get({ host }, "/metrics")).status, 403, host);
      assert.equal((await get({ host }, "/healthz")).status, 200, host);
    }
    for (const host of [room.daemon.address, "localhost:1234", "dateline.test", "[::1]:80"]) {
      assert.equal((await get({ host })).status, 200, host);
    }
  });

  test("nothing is changed for a page of somebody else's", async () => {
    const post = (headers) => ask(room.daemon.address, { method: "POST", path: "/feeds/notices/poll", headers });
    for (const headers of [{}, { origin: "http://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }]) {
      assert.equal((await post(headers)).status, 403, JSON.stringify(headers));
    }
    const ours = await post({ origin: `http://${room.daemon.address}` });
    assert.equal(ours.status, 303, "it is let in, and led to where it is told");
  });

  test("browsers are told what they may do", async () => {
    const { headers, body } = await get({});
    assert.equal(
      headers["content-security-policy"],
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "same-origin");
    assert.equal(headers["cross-origin-opener-policy"], "same-origin");
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["set-cookie"], undefined, "no cookie without a token");
    const style = body.match(/href="(\/assets\/[0-9a-f]{12}-page\.css)"/)[1];
    assert.match((await get({}, style)).headers["cache-control"], /immutable/);
    assert.equal((await get({}, "/assets/page.css")).status, 404);
  });

  test("requests beyond the limits are refused", async () => {
    assert.equal((await get({ x: "y".repeat(20_000) })).status, 431);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, number) => [`x-${number}`, "y"]));
    assert.equal((await get(many)).status, 431);
    const origin = `http://${room.daemon.address}`;
    const headers = { origin, "content-type": "application/x-www-form-urlencoded" };
    const large = await ask(room.daemon.address, { method: "POST", path: "/login", headers, body: `token=${"x".repeat(20_000)}` });
    assert.equal(large.status, 413);
  });
});
