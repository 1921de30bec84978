"use strict";
// Live figures by server-sent events. Texts of metrics and kinds come from the API; what stands on the page itself is in data-zh and data-en.

const METRICS = [
  "areas", "organisations", "members", "units", "units.coverage", "grids.coverage", "centres.coverage", "activities", "attendance",
  "volunteer.minutes", "volunteer.people", "visits", "cases.open", "cases.overdue", "cases.opened", "cases.resolved", "cases.resolution_rate", "cases.time_to_resolve",
];
const TABLE = ["units", "units.coverage", "members", "activities", "volunteer.minutes", "cases.open", "cases.overdue", "cases.resolution_rate"];
const UNITS = { people: "人", units: "个", areas: "个", organisations: "个", activities: "次", minutes: "分钟", visits: "次", cases: "件" };
const TYPES = { "case.opened": "新立事项", "case.moved": "事项流转", "activity.held": "开展活动", "attendance.recorded": "参加活动", "shift.logged": "志愿服务",
  "visit.logged": "走访", "member.joined": "党员加入", "unit.registered": "登记单位", "entry.registered": "登记条目", "link.set": "建立关联", "amount.recorded": "记录数额" };
const find = (id) => document.getElementById(id);
const figures = new Map();
const names = new Map();
let texts = {};
let stream = null;
let english = localStorage.getItem("language") === "en";

function say(zh, en) { return english ? en : zh; }

function speak() {
  document.documentElement.lang = english ? "en" : "zh-CN";
  document.title = say("网格 · 实时指标", "Wangge · live figures");
  for (const place of document.querySelectorAll("[data-zh]")) place.textContent = place.dataset[english ? "en" : "zh"];
  find("language").textContent = say("English", "中文");
  find("language").lang = english ? "zh-CN" : "en";
  draw(new Set());
}

function number(figure, unit) {
  const value = figure ? figure.value : undefined;
  if (figure && figure.suppressed) return "＊";
  if (value === null || value === undefined) return "—";
  if (unit === "ratio") return (value * 100).toFixed(1) + "%";
  if (unit === "seconds") return duration(value);
  return value.toLocaleString(english ? "en" : "zh-CN");
}

function duration(seconds) {
  const hours = seconds / 3600;
  if (hours >= 48) return (hours / 24).toFixed(1) + say(" 天", " d");
  return hours >= 1 ? hours.toFixed(1) + say(" 小时", " h") : Math.round(seconds / 60) + say(" 分", " min");
}

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function title(id) { return texts[id] ? texts[id].text[english ? "en" : "zh"] : id; }

function beside(figure, unit) {
  if (!figure || figure.problem) return "";
  if (figure.den !== undefined) return `${figure.num ?? "—"} / ${figure.den ?? "—"}`;
  if (figure.count !== undefined) return say(`${figure.count} 件`, `${figure.count} cases`);
  const unplaced = figure.unplaced ? say(`，未定位 ${figure.unplaced}`, `, ${figure.unplaced} unplaced`) : "";
  return (english ? unit : UNITS[unit] || unit) + unplaced;
}

function draw(changed) {
  const tiles = find("tiles");
  tiles.replaceChildren(...METRICS.filter((id) => texts[id]).map((id) => {
    const figure = figures.get(id), unit = texts[id].unit;
    const tile = element("article", undefined, changed.has(id) ? "changed" : "");
    const value = element("p", number(figure, unit));
    tile.append(element("h3", title(id)), value, element("small", beside(figure, unit)));
    return tile;
  }));
  const shown = TABLE.filter((id) => texts[id]);
  const head = element("tr");
  head.append(element("th", say("区域", "Area")), ...shown.map((id) => element("th", title(id))));
  find("below").tHead.replaceChildren(head);
  const keys = [];
  for (const id of shown) for (const row of figures.get(id)?.by ?? []) if (!keys.includes(row.key)) keys.push(row.key);
  find("below").tBodies[0].replaceChildren(...keys.map((key) => {
    const line = element("tr");
    line.append(element("td", key === null ? say("未定位", "Unplaced") : names.get(key) || key));
    for (const id of shown) line.append(element("td", number((figures.get(id)?.by ?? []).find((row) => row.key === key), texts[id].unit)));
    return line;
  }));
}

function take(message, whole) {
  if (whole) figures.clear();
  const changed = new Set();
  for (const figure of message.figures) {
    const before = figures.get(figure.metric);
    if (!whole && before && before.by && figure.by) {
      const rows = new Map(before.by.map((row) => [row.key, row]));
      for (const row of figure.by) rows.set(row.key, row);
      for (const key of figure.by_gone ?? []) rows.delete(key);
      figure.by = [...rows.values()];
    }
    figures.set(figure.metric, figure);
    if (!whole) changed.add(figure.metric);
  }
  const behind = message.lag_s > 5;
  state(behind ? "behind" : "live", say(behind ? "数据滞后" : "实时", behind ? "Behind" : "Live") + " · " + new Date().toLocaleTimeString(english ? "en" : "zh-CN", { timeZone: "Asia/Shanghai" }));
  draw(changed);
}

function state(name, text) {
  find("state").className = name;
  find("state").textContent = text;
}

function follow() {
  if (stream) stream.close();
  const asked = new URLSearchParams({ metrics: METRICS.filter((id) => texts[id]).join(","), events: "true", by: "area" });
  if (find("area").value) asked.set("area", find("area").value);
  if (find("period").value) asked.set("period", find("period").value);
  stream = new EventSource("/v1/live?" + asked);
  stream.addEventListener("snapshot", (event) => take(JSON.parse(event.data), true));
  stream.addEventListener("delta", (event) => take(JSON.parse(event.data), false));
  stream.addEventListener("happened", (event) => happened(JSON.parse(event.data)));
  stream.onerror = () => state("waiting", say("连接中断，正在重连…", "Connection lost, reconnecting…"));
}

function happened(one) {
  const type = one.type.replace("org.wangge.", "").replace(".v1", "");
  const where = one.area ? names.get(one.area) || one.area : "";
  find("happened").prepend(element("li", [one.at, english ? type : TYPES[type] || type, one.kind, where].filter(Boolean).join(" · ")));
  while (find("happened").childElementCount > 12) find("happened").lastElementChild.remove();
}

async function read(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function start() {
  const [metrics, areas] = await Promise.all([read("/v1/metrics"), read("/v1/areas?limit=1000")]);
  texts = Object.fromEntries(metrics.metrics.map((metric) => [metric.id, metric]));
  const choice = find("area");
  choice.replaceChildren(new Option(say("全部", "Everything"), ""));
  for (const area of areas.items) {
    if (area.name) names.set(area.key, area.name);
    if (area.depth <= 2) choice.add(new Option("　".repeat(area.depth) + (area.name || area.key), area.key));
  }
  const root = areas.items.find((area) => area.depth === 0);
  const wanted = new URLSearchParams(location.search).get("area");
  choice.value = wanted || (root ? root.key : "");
  speak();
  follow();
}

find("language").addEventListener("click", () => { english = !english; localStorage.setItem("language", english ? "en" : "zh"); speak(); });
find("area").addEventListener("change", follow);
find("period").addEventListener("change", follow);
speak();
start().catch((error) => { state("waiting", say("暂时无法读取：", "Cannot read now: ") + error.message); setTimeout(() => location.reload(), 5000); });
