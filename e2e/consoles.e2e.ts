import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openConsole } from '../rig/console';
import { loadKeymap, pressKeys, type PressedKey } from './keymap';
import { walkOn } from './keyboard-walk';
import { startLab, type Lab } from './lab';
import { openPerson, register, screenshot, sliceAction, typeInConsole } from './pages';
import { stepByStep } from './steps';

/** Consoles of real guests, worked in as one does all day. Each test goes on where the one before ended. */
describe('consoles that one works in', { timeout: 300_000 }, () => {
  let lab: Lab;
  let page: Page;
  let sliceId: number;
  let walk: ReturnType<typeof walkOn>;

  beforeAll(async () => {
    lab = await startLab(['one', 'two'], ['two']);
    ({ page, sliceId } = lab);
    walk = walkOn(page);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  afterAll(() => lab?.stop());
  stepByStep();

  const terminal = (vm: string) => page.getByRole('group', { name: `Terminal of ${vm}` });
  const shown = (vm: string) => terminal(vm).locator('.xterm-rows').innerText();
  /** Waits until the screen of `two` is not of one colour. */
  const drawn = async (on: Page) => {
    const colours = () =>
      on.getByRole('application', { name: 'Screen of two' }).evaluate((element) => {
        const { width, height } = element instanceof HTMLCanvasElement ? element : { width: 0, height: 0 };
        const canvas = element instanceof HTMLCanvasElement ? element.getContext('2d') : null;
        if (canvas === null || width === 0) return 0;
        return new Set(new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer)).size;
      });
    await expect.poll(colours, { timeout: 120_000 }).toBeGreaterThan(1);
  };
  const paste = async (vm: string, text: string) => {
    await terminal(vm)
      .getByRole('textbox')
      .evaluate((field, pasted) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', pasted);
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      }, text);
  };

  test('a long paste arrives whole, whether the guest echoes it or not', async () => {
    await page.goto(`/slices/${sliceId}?console=${lab.vmId('one')}`);
    const line = (number: number) => `${number} ${'the quick brown fox jumps over the lazy dog '.repeat(2)}`;
    const pasted = `${Array.from({ length: 200 }, (_, number) => line(number)).join('\n')}\n`;
    const sum = createHash('md5').update(pasted).digest('hex');
    for (const [echo, word] of [
      ['echo', 'heard'],
      ['-echo', 'silent'],
    ] as const) {
      await typeInConsole(page, 'one', `stty ${echo}; echo re''ady-${word}; cat >/tmp/${word}; stty echo`, /ready-/);
      await paste('one', pasted);
      await page.getByText(/^Pasting: \d+ %$/).waitFor();
      await page.getByText(/^Pasting: \d+ %$/).waitFor({ state: 'detached', timeout: 120_000 });
      await page.keyboard.press('Control+d');
      await typeInConsole(page, 'one', `md5sum /tmp/${word}`, new RegExp(`${sum} +/tmp/${word}`));
    }
  });

  test('a paste that is given up leaves a shell to go on with', async () => {
    await typeInConsole(page, 'one', "echo re''ady-cancel; cat >/tmp/part", /ready-cancel/);
    await paste('one', 'never wanted\n'.repeat(20_000));
    await page.getByRole('button', { name: 'Cancel pasting' }).click();
    await terminal('one').getByRole('textbox').focus();
    await page.keyboard.press('Control+c');
    await typeInConsole(page, 'one', "clear; echo we''nt-on", /went-on/);
  });

  test('what was said is searched, by keyboard alone', async () => {
    await typeInConsole(page, 'one', 'clear; seq 4000 4999 | sed "s/^/line /"; echo th\'\'rough', /through/);
    await page.keyboard.press('Control+Shift+KeyF');
    const search = page.getByRole('search', { name: 'Search in the console of one' });
    await page.keyboard.type('line 42');
    await search.getByText('100 of 100').waitFor();
    await expect.poll(() => shown('one')).toContain('line 4299');
    await page.keyboard.press('Enter');
    await search.getByText('99 of 100').waitFor();
    await page.keyboard.press('Shift+Enter');
    await search.getByText('100 of 100').waitFor();
    await screenshot(page, 'console-search');
    await page.keyboard.press('Escape');
    await search.waitFor({ state: 'detached' });
    await typeInConsole(page, 'one', "echo ba''ck", /back/);
  });

  test('what is selected is copied, the log is kept, and the settings last', async () => {
    const word = terminal('one').locator('.xterm-rows > div').filter({ hasText: 'line 4999' }).first();
    const box = await word.boundingBox();
    if (box === null) throw new Error('The line is not to be seen.');
    await page.mouse.dblclick(box.x + 8, box.y + box.height / 2);
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('line');

    await page.getByRole('button', { name: 'Console settings' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Download the log' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^one-.*\.log$/);
    const log = await readFile(await download.path(), 'utf8');
    expect(log).toContain('line 4000\nline 4001\n');

    await page.getByRole('button', { name: 'Console settings' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.keyboard.press('Escape');
    await terminal('one').getByRole('textbox').focus();
    const size = () =>
      terminal('one')
        .locator('.xterm-rows')
        .evaluate((rows) => getComputedStyle(rows).fontSize);
    const before = await size();
    await page.keyboard.press('Control+Shift+ArrowUp');
    await expect.poll(size).not.toBe(before);
    const larger = await size();
    await page.reload();
    await terminal('one').and(page.locator('[data-scheme="dark"]')).waitFor();
    await expect.poll(size).toBe(larger);
    await expect.poll(() => shown('one'), { timeout: 60_000 }).toContain('line 4999');
    await screenshot(page, 'console-dark');
  });

  test('all consoles stand side by side, are typed in together while it says so, and come back after a reload', async () => {
    await page.goto(`/slices/${sliceId}`);
    await sliceAction(page, 'Console').click();
    await page.getByRole('menuitem', { name: 'Open all 2' }).click();
    await page.getByRole('button', { name: 'Maximise' }).click();
    for (const vm of ['one', 'two']) await expect.poll(() => shown(vm), { timeout: 120_000 }).toMatch(/#\s*$/);
    await page.getByRole('button', { name: 'Type in all open consoles' }).click();
    await page.getByText('What you type goes to all 2 open consoles.').waitFor();
    await typeInConsole(page, 'two', 'clear; echo for-$((40+2))-all', /for-42-all/);
    await expect.poll(() => shown('one'), { timeout: 60_000 }).toContain('for-42-all');
    await screenshot(page, 'console-tiles');
    await page.setViewportSize({ width: 390, height: 844 });
    await screenshot(page, 'console-tiles-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Stop', exact: true }).last().click();
    await typeInConsole(page, 'two', 'echo for-$((50+2))-two', /for-52-two/);
    expect(await shown('one')).not.toContain('for-52-two');

    await page.reload();
    for (const vm of ['one', 'two']) await expect.poll(() => shown(vm), { timeout: 60_000 }).toContain('for-42-all');
    expect(await page.getByText(/^What you type goes to all/).count()).toBe(0);
    const [own] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('link', { name: 'Open in a window of its own' }).click(),
    ]);
    for (const vm of ['one', 'two']) await own.getByRole('group', { name: `Terminal of ${vm}` }).waitFor();
    await own.getByRole('button', { name: 'Restore' }).waitFor();
    await own.close();
  });

  test('a screen shows what the guest draws, and what is typed at it arrives, by hand and as a text', async () => {
    await page.goto(`/slices/${sliceId}`);
    await sliceAction(page, 'Console').click();
    await page.getByRole('menuitem', { name: 'Screen of two' }).click();
    await page.getByRole('button', { name: 'Maximise' }).click();
    await drawn(page);
    const screen = page.getByRole('application', { name: 'Screen of two' });
    await screen.focus();
    await page.keyboard.type('echo typed-by-hand');
    await page.keyboard.press('Enter');
    // by keyboard alone: away from the screen, which takes all other keys
    await page.keyboard.press('Control+Shift+Backquote');
    await walk.expectFocus(page.getByRole('tab', { name: 'Screen of two' }));
    await walk.press(page.getByRole('button', { name: 'Type a text' }));
    const text = page.getByRole('textbox', { name: 'Text to be typed' });
    await walk.expectFocus(text);
    await page.keyboard.press('Escape');
    await walk.expectFocus(page.getByRole('button', { name: 'Type a text' }));
    await page.keyboard.press('Enter');
    await text.fill('ñandú');
    await page.getByText('This keyboard layout (US) has no key for: ñ ú').waitFor();
    await text.fill('echo "P@st|~{ed}" > /tmp/typed\n');
    await screenshot(page, 'screen-typing');
    await walk.press(page.getByRole('button', { name: 'Type it' }));
    await page.getByText(/^Pasting: \d+ %$/).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Shift+Backquote');
    const tab = page.getByRole('tab', { name: 'Screen of two' });
    expect(await tab.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.reload();
    await drawn(page);
    await screenshot(page, 'screen');
    await page.setViewportSize({ width: 390, height: 844 });
    await screenshot(page, 'screen-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });
    // what stands on the screen, by the guest's own word
    await page.goto(`/slices/${sliceId}?console=${lab.vmId('two')}`);
    const look = "until [ -s /tmp/typed ]; do sleep 1; done; grep -o 'typed-by-h''and' /dev/vcs1; cat /tmp/typed";
    await typeInConsole(page, 'two', look, /typed-by-hand/);
    await expect.poll(() => shown('two'), { timeout: 60_000 }).toContain('P@st|~{ed}');
  });

  test('keys mean what the guest’s own layout says, Spanish, German and US, pressed and typed as a text', async () => {
    const guest = await openConsole(lab.session, lab.vmId('two'));
    const done = async (command: string) => {
      guest.type(`${command} && echo LAY''OUT-DONE`);
      await guest.until(/LAYOUT-DONE/);
    };
    await page.goto(`/slices/${sliceId}?console=${lab.vmId('two')}v`);
    await drawn(page);
    const browser = await page.context().newCDPSession(page);
    // as the keyboards that people buy report them
    const keyboards: Record<'us' | 'es' | 'de', { name: string; keys: PressedKey[] }> = {
      us: {
        name: 'US',
        keys: [
          ['y', 'KeyY'],
          ['z', 'KeyZ'],
          ['@', 'Digit2', 'Shift'],
          ['|', 'Backslash', 'Shift'],
        ],
      },
      es: {
        name: 'Spanish',
        keys: [
          ...([
            ['y', 'KeyY'],
            ['z', 'KeyZ'],
            ['ñ', 'Semicolon'],
            ['Ñ', 'Semicolon', 'Shift'],
          ] as const),
          ...([
            ['@', 'Digit2', 'AltGraph'],
            ['|', 'Digit1', 'AltGraph'],
            ['Dead', 'Quote'],
            ['u', 'KeyU'],
          ] as const),
        ],
      },
      de: {
        name: 'German',
        keys: [
          ...([
            ['y', 'KeyZ'],
            ['z', 'KeyY'],
            ['ß', 'Minus'],
            ['Ö', 'Semicolon', 'Shift'],
          ] as const),
          ...([
            ['@', 'KeyQ', 'AltGraph'],
            ['|', 'IntlBackslash', 'AltGraph'],
          ] as const),
        ],
      },
    };
    const arrives = { us: 'yz@|', es: 'yzñÑ@|ú', de: 'yzßÖ@|' };
    const text = { us: '~y', es: '¡ñandú!', de: 'Übergröße' };
    for (const layout of ['es', 'de', 'us'] as const) {
      const { name, keys } = keyboards[layout];
      await done(loadKeymap(layout));
      await page.getByRole('button', { name: 'Type a text' }).click();
      await page.getByLabel('Keyboard layout of the guest').selectOption({ label: name });
      await page.getByRole('textbox', { name: 'Text to be typed' }).fill(`cat >/tmp/keys\n${text[layout]} \`^{[@|\\\n`);
      if (layout === 'es') await screenshot(page, 'screen-layout');
      await page.getByRole('button', { name: 'Type it' }).click();
      await page.getByText(/^Pasting: \d+ %$/).waitFor({ state: 'detached' });
      await pressKeys(browser, keys);
      await page.keyboard.press('Enter');
      await page.keyboard.press('Control+KeyD');
      const whole = `${text[layout]} \`^{[@|\\\n${arrives[layout]}\n`;
      const sum = createHash('md5').update(whole).digest('hex');
      // what else came is to be seen in the failure
      await expect
        .poll(
          async () => {
            guest.type("cat /tmp/keys; md5sum </tmp/keys; echo LO''OKED");
            return (await guest.until(/[^]*LOOKED/))[0];
          },
          { timeout: 60_000, interval: 2_000 },
        )
        .toContain(sum);
    }
    guest.close();
  });

  test('what screens show is seen small, each leading to its console, and what the VMs use is drawn', async () => {
    await page.goto(`/slices/${sliceId}?tab=screens`);
    const small = (vm: string) => page.getByRole('button', { name: `Open the console of ${vm}` });
    const card = (vm: string) => page.getByRole('listitem').filter({ has: small(vm) });
    const colours = () =>
      card('two')
        .locator('img')
        .evaluate((element) => {
          const canvas = new OffscreenCanvas(320, 240).getContext('2d');
          if (canvas === null || !(element instanceof HTMLImageElement)) return 0;
          canvas.drawImage(element, 0, 0);
          return new Set(new Uint32Array(canvas.getImageData(0, 0, 320, 240).data.buffer)).size;
        });
    await expect.poll(colours, { timeout: 60_000 }).toBeGreaterThan(2);
    await expect
      .poll(() => card('one').locator('svg').first().textContent(), { timeout: 60_000 })
      .toContain('for-42-all');
    await screenshot(page, 'screens');
    await small('one').click();
    await terminal('one').waitFor();

    await page.goto(`/slices/${sliceId}?tab=figures&vm=one`);
    const measured = async () => {
      const { vms } = await lab.session.api.slices.figures.query({ id: sliceId });
      return vms.filter(({ cpu, memory }) => cpu.now !== null && (memory.now ?? 0) > 40).length;
    };
    await expect.poll(measured, { timeout: 60_000 }).toBe(2);
    await page.getByRole('figure', { name: 'Processor' }).getByText(/^now /).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('table', { name: 'What the VMs use' }).getByText(/ MiB$/).first().waitFor();
    await screenshot(page, 'figures');
    await page.goto(`/slices/${sliceId}?console=${lab.vmId('two')}`);
    await terminal('two').waitFor();
  });

  test('who may only view the slice sees what is typed, and types nothing', async () => {
    const viewer = { name: 'Vera', email: 'vera@example.org', password: 'correct horse battery' };
    const theirs = await openPerson(lab.browser, lab.server.url);
    await register(theirs.page, viewer);
    await lab.session.api.slices.share.mutate({ id: sliceId, email: viewer.email, level: 'view' });
    await theirs.page.goto(`/slices/${sliceId}?console=${lab.vmId('two')}`);
    const screen = theirs.page.getByRole('group', { name: 'Terminal of two' });
    const seen = () => screen.locator('.xterm-rows').innerText();
    await theirs.page.getByText('Read only', { exact: true }).last().waitFor();
    await expect.poll(seen, { timeout: 60_000 }).toContain('for-52-two');
    await screen.getByRole('textbox').focus();
    await theirs.page.keyboard.type('echo by-the-$((1+1))-viewer\n');
    await typeInConsole(page, 'two', 'echo by-the-$((40+2))-owner', /by-the-42-owner/);
    await expect.poll(seen, { timeout: 60_000 }).toContain('by-the-42-owner');
    expect(await seen()).not.toContain('viewer');
    await screenshot(theirs.page, 'console-read-only');
    await theirs.page.goto(`/slices/${sliceId}?console=${lab.vmId('two')}v`);
    await drawn(theirs.page);
    await theirs.page.getByText('Read only', { exact: true }).last().waitFor();
    expect(await theirs.page.getByRole('button', { name: 'Type a text' }).count()).toBe(0);
    expect(theirs.complaints).toEqual([]);
  });

  test('consoles that are open come back by themselves after a restart of the server', async () => {
    await page.goto(`/slices/${sliceId}?consoles=${lab.vmId('one')},${lab.vmId('two')}&console=${lab.vmId('one')}`);
    await typeInConsole(page, 'one', "clear; echo be''fore", /before/);
    await lab.restart();
    // both: what is typed before would go nowhere
    await expect.poll(() => page.getByText('Connected', { exact: true }).count(), { timeout: 120_000 }).toBe(2);
    await typeInConsole(page, 'one', 'echo after-$((40+2))-it', /after-42-it/);
  });

  test('the browser had nothing to complain of', () => {
    expect(lab.complaints).toEqual([]);
  });
});
