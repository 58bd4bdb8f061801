/** Adopted as a constructed sheet, so it needs no exception in the shop's content security policy. */
export const css = `
:host { all: initial; }
* { box-sizing: border-box; margin: 0; }
.root {
  position: fixed; z-index: 2147483000; right: 20px; bottom: 20px; color-scheme: light; color: #1b2529;
  font: 14px/20px Inter, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
button, input, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid #0f766e; outline-offset: 2px; }
svg { width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.bubble {
  position: relative; display: flex; align-items: center; gap: 8px; height: 52px; padding: 0 20px 0 16px; border: 0;
  border-radius: 26px; background: #0f766e; color: #fff; font-weight: 600; box-shadow: 0 6px 20px rgb(10 60 55 / 30%);
}
.bubble:hover { background: #0c655e; }
.bubble svg { width: 24px; height: 24px; }
.badge {
  position: absolute; top: -4px; right: -2px; min-width: 20px; padding: 0 6px; border-radius: 10px; background: #b42318;
  font-size: 12px;
}
.panel {
  display: flex; flex-direction: column; width: 368px; max-width: calc(100vw - 32px); height: 560px;
  max-height: calc(100vh - 40px); overflow: hidden; border-radius: 14px; background: #fff;
  box-shadow: 0 16px 48px rgb(20 35 40 / 26%), 0 2px 6px rgb(20 35 40 / 14%); animation: enter 140ms ease-out;
}
@keyframes enter { from { opacity: 0; transform: translateY(12px); } }
header { display: flex; align-items: center; gap: 8px; padding: 12px 10px 12px 18px; background: #0f766e; color: #fff; }
header h2 { flex: 1; font-size: 16px; font-weight: 600; }
header button { display: grid; place-items: center; width: 32px; height: 32px; border: 0; border-radius: 6px; background: none; color: #fff; }
header button:hover { background: #0c655e; }
header :focus-visible { outline-color: #fff; }
.status { display: flex; align-items: center; gap: 8px; min-height: 38px; padding: 8px 18px; background: #e3f1ef; color: #0a5550; font-size: 13px; }
.status[data-tone="warning"] { background: #fdf1dd; color: #8a4903; }
.status span { flex: 1; }
.status button { padding: 2px 8px; border: 1px solid currentColor; border-radius: 6px; background: none; font-size: 12px; color: inherit; }
form.start { display: flex; flex: 1; flex-direction: column; gap: 12px; padding: 18px; overflow-y: auto; }
.greeting { font-size: 16px; font-weight: 600; line-height: 24px; }
form.start p.there::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 8px; border-radius: 50%; background: #15763a; }
.away { padding: 8px 12px; border-radius: 8px; background: #fdf1dd; color: #8a4903; }
label { display: flex; flex-direction: column; gap: 4px; font-size: 13px; color: #56636a; }
label.grow { flex: 1; }
input, textarea { width: 100%; padding: 8px 10px; border: 1px solid #848f97; border-radius: 8px; background: #fff; color: #1b2529; font-size: 14px; }
textarea { flex: 1; min-height: 88px; resize: none; }
input:focus-visible, textarea:focus-visible { outline-offset: -1px; border-color: #0f766e; }
.primary { height: 40px; border: 0; border-radius: 8px; background: #0f766e; color: #fff; font-weight: 600; }
.primary:hover { background: #0c655e; }
.primary:disabled { background: #56636a; cursor: default; }
.second { height: 40px; border: 1px solid #0f766e; border-radius: 8px; background: #fff; color: #0f766e; font-weight: 600; }
.call { display: flex; flex: 1; flex-direction: column; gap: 14px; padding: 18px; overflow-y: auto; }
.call-status { font-size: 16px; font-weight: 600; }
.pressed { display: block; min-height: 24px; text-align: center; font-size: 18px; letter-spacing: 2px; }
.keypad { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; }
.keypad button, .mute { height: 44px; border: 1px solid #848f97; border-radius: 8px; background: #fff; font-weight: 600; }
.hang-up { height: 44px; border: 0; border-radius: 8px; background: #b42318; color: #fff; font-weight: 600; }
[hidden] { display: none !important; }
.error { color: #b42318; font-size: 13px; }
.error:empty { display: none; }
.log { flex: 1; overflow-y: auto; padding: 12px 16px; background: #f7f9f9; }
.line { display: flex; flex-direction: column; align-items: flex-start; max-width: 82%; margin-top: 8px; }
.line.own { align-items: flex-end; margin-left: auto; }
.line p { padding: 7px 12px; border-radius: 4px 12px 12px 4px; background: #e9edef; overflow-wrap: anywhere; white-space: pre-wrap; }
.line.own p { border-radius: 12px 4px 4px 12px; background: #d5ece9; }
.line small { margin: 2px 4px 0; color: #56636a; font-size: 12px; }
.line.refused p { background: #fdf1dd; }
.line.refused small { color: #8a4903; }
.note { margin: 10px 0; color: #56636a; font-size: 12px; text-align: center; }
.typing { height: 22px; padding: 0 18px; background: #f7f9f9; color: #56636a; font-size: 12px; }
form.write { display: flex; align-items: flex-end; gap: 8px; padding: 10px; border-top: 1px solid #e1e6e8; }
form.write textarea { flex: 1; min-height: 40px; max-height: 120px; }
form.write button { display: grid; flex: none; place-items: center; width: 40px; height: 40px; border: 0; border-radius: 8px; background: #0f766e; color: #fff; }
form.write button:hover { background: #0c655e; }
.ask:empty { display: none; }
.ask { padding: 10px 12px; border-top: 1px solid #e1e6e8; background: #fff; }
.ask [role="group"] { display: flex; flex-wrap: wrap; gap: 8px; }
.ask button { min-height: 36px; padding: 4px 14px; border: 1px solid #0f766e; border-radius: 18px; background: #fff; color: #0a5550; font-weight: 600; }
.ask button:hover { background: #e3f1ef; }
.ask .mark button:not(.skip) { min-width: 44px; }
.ask button.skip { border-color: #848f97; color: #56636a; font-weight: 400; }
.ask kbd { margin-right: 8px; padding: 0 6px; border: 1px solid #848f97; border-radius: 4px; color: #56636a; font: 12px/18px inherit; }
.ask input, .ask textarea { flex: 1; min-width: 120px; }
form.write[hidden] { display: none; }
.over { padding: 12px 16px; border-top: 1px solid #e1e6e8; }
.over button { width: 100%; }
@media (prefers-reduced-motion: reduce) { .panel { animation: none; } }
@media (max-width: 480px) { .root { right: 12px; bottom: 12px; } }
`;
