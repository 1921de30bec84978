"""The policy of the pages is not only told: the browser enforces it."""

from playwright.async_api import Route

from tests.browser.conftest import Stage
from tests.browser.pages import Opener


async def test_the_policy_is_enforced(stage: Stage, visit: Opener) -> None:
    visit.forgiven += ["Content Security Policy", "blocked", "Refused"]
    page = await visit(f"{stage.address}/desk")

    async def answer(route: Route) -> None:
        await route.fulfill(
            content_type="text/javascript", body="try { new Function('return 1')(); window.made = 'yes' } catch (error) { window.made = error.name }"
        )

    await page.route("**/assets/probe.js", answer)
    refused = await page.evaluate(
        """async () => {
          const refused = []
          document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective))
          const add = (name, settings) => new Promise((done) => {
            const it = Object.assign(document.createElement(name), settings)
            it.onload = it.onerror = () => done()
            document.body.append(it)
            setTimeout(done, 500)
          })
          await add('script', { textContent: 'window.inline = 1' })
          await add('script', { src: '/assets/probe.js' })
          await add('img', { src: 'https://elsewhere.invalid/a.png' })
          await add('script', { src: 'https://elsewhere.invalid/a.js' })
          await add('iframe', { src: 'https://elsewhere.invalid/' })
          await fetch('https://elsewhere.invalid/').catch(() => {})
          await new Promise((done) => setTimeout(done, 300))
          return refused
        }"""
    )

    assert await page.evaluate("window.made") == "EvalError"
    assert await page.evaluate("window.inline") is None
    assert {"script-src-elem", "script-src", "img-src", "connect-src"} <= set(refused), refused
