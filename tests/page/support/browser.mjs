// Chromium, with everything noted that no page of ours may do: errors, requests to others, violations of the policy.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const SHOTS = process.env.DATELINE_SHOTS ?? join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..", "shots");
mkdirSync(SHOTS, { recursive: true });

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const DESK = { width: 1280, height: 900 };
export const PHONE = { width: 320, height: 640 };

export class Browser {
  static async open() {
    const browser = new Browser();
    browser.profile = mkdtempSync(join(tmpdir(), "dateline-chromium-"));
    browser.chromium = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", `--disk-cache-dir=${browser.profile}`,
      ],
    });
    return browser;
  }

  /// A page that notes what it must not do.
  async page(url, options = {}) {
    const context = await this.chromium.newContext({ baseURL: url, viewport: DESK, locale: "en-GB", ...options });
    const page = await context.newPage();
    const faults = [];
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && faults.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
    page.on("request", (request) => {
      const to = new URL(request.url());
      if (to.origin !== new URL(url).origin && to.protocol !== "data:") faults.push(`asked ${request.url()}`);
    });
    page.on("dialog", (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    if (options.javaScriptEnabled !== false) {
      await page.addInitScript(() => {
        window.violations = [];
        document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
      });
    }
    return Object.assign(page, { faults });
  }

  async close() {
    await this.chromium.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}

/// What the document that is shown now did and must not do.
export function violationsOf(page) {
  return page.evaluate(() => [...(window.violations ?? []), ...(window.pwned === undefined ? [] : [`pwned: ${window.pwned}`])]);
}

/// The same, with everything that was noted of the documents before it.
export async function faultsOf(page) {
  return [...page.faults, ...(await violationsOf(page))];
}

/// What axe finds of barriers on the page.
export async function accessibility(page) {
  const results = await page.evaluate(`${AXE}; axe.run(document, { resultTypes: ["violations"] })`);
  return results.violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.target}: ${node.failureSummary}`));
}

export function shot(page, name) {
  return page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}
