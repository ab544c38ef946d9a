// Renders /openapi.json into /docs: endpoints, schemas, examples, and a box to try each of them.
//
// Everything shown is built as text nodes, so nothing in a document or an answer can become markup.
// It asks the server it came from and nobody else; an API key stays in the page's memory.
"use strict";

const SCHEMA_DEPTH_MAX = 6;
const BODY_SHOWN_MAX = 200_000; // characters of an answer put on the screen
const VERBS = ["get", "post", "put", "delete"];

let api; // the document

// element("p", {class: "x"}, "text", child): a node; handlers are properties such as onclick.
function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) node[name] = value;
    else if (value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function resolve(node) {
  while (node && node.$ref) {
    node = node.$ref.slice(2).split("/").reduce((at, key) => at[key], api);
  }
  return node ?? {};
}

function refName(node) {
  return node.$ref ? node.$ref.split("/").pop() : undefined;
}

// "integer or null", "list of Vector", "Numbers or VectorObject"
function typeName(schema) {
  if (schema.$ref) return refName(schema);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.map(typeName).join(" or ");
  if (schema.enum) return "one of";
  const types = [schema.type ?? "any"].flat();
  return types
    .map((type) => (type === "array" && schema.items ? `list of ${typeName(schema.items)}` : type))
    .join(" or ");
}

function limits(schema) {
  const words = (schema.enum ?? []).filter((value) => value !== null);
  const { minimum: low, maximum: high, minItems: fewest, maxItems: most } = schema;
  const range = (from, to) => (
    to === undefined ? `${from} or more` : from === to ? `${to}` : `${from ?? 0} … ${to}`);
  if (low !== undefined || high !== undefined) words.push(range(low, high));
  if (fewest !== undefined || most !== undefined) words.push(`${range(fewest, most)} items`);
  if (schema.default !== undefined) words.push(`default ${JSON.stringify(schema.default)}`);
  return words.join(", ");
}

// The schemas with fields of their own that a field's type leads to.
function innerObjects(schema) {
  const name = refName(schema);
  const at = resolve(schema);
  if (at.properties) return [[name ?? "fields", at]];
  const next = [...(at.anyOf ?? []), ...(at.oneOf ?? []), ...(at.items ? [at.items] : [])];
  return next.flatMap(innerObjects);
}

function fields(schema, depth) {
  const required = new Set(schema.required ?? []);
  const list = element("dl", { class: "fields" });
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const target = resolve(property);
    const description = property.description ?? target.description;
    const type = [typeName(property), limits(property.$ref ? target : property)];
    const entry = element("dd", {}, description ?? null);
    if (depth < SCHEMA_DEPTH_MAX) {
      for (const [label, inner] of innerObjects(property)) {
        const summary = element("summary", {}, label);
        entry.append(lazily(element("details", {}, summary), () => fields(inner, depth + 1)));
      }
    }
    list.append(
      element("div", {},
        element("dt", {},
          element("code", {}, name),
          element("span", { class: "type" }, type.filter(Boolean).join(" · ")),
          required.has(name) ? element("span", { class: "required" }, "required") : null),
        entry));
  }
  return list;
}

// Content that is made when its <details> is first opened: schemas may refer to themselves.
function lazily(details, make) {
  const fill = () => {
    if (!details.open || details.dataset.filled) return;
    details.dataset.filled = "yes";
    details.append(make());
  };
  details.addEventListener("toggle", fill);
  return details;
}

// JSON text with its keys, strings and numbers in colour.
function coloured(text) {
  const block = element("pre", { tabindex: "0" });
  const token = /("(?:\\.|[^"\\])*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  let end = 0;
  for (const match of text.matchAll(token)) {
    block.append(text.slice(end, match.index));
    const kind = match[1] === undefined ? "n" : match[2] ? "k" : "s";
    block.append(element("span", { class: kind }, match[1] ?? match[0]), match[2] ?? "");
    end = match.index + match[0].length;
  }
  block.append(text.slice(end));
  return block;
}

// JSON with short lists of plain values kept on one line.
function pretty(value) {
  return JSON.stringify(value, null, 2).replace(
    /\[\s+((?:[^[\]{}"]|"(?:\\.|[^"\\])*")*?)\s+\]/g,
    (whole, inside) => {
      const line = `[${inside.replace(/\s*\n\s*/g, " ")}]`;
      return line.length <= 72 ? line : whole;
    });
}

function prettyText(text) {
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text;
  }
}

function curlLine(verb, path, body) {
  const url = location.origin + path;
  if (verb === "get") return `curl -s ${url}`;
  const data = body.replace(/\s*\n\s*/g, " ").replaceAll("'", "'\\''");
  return `curl -s ${url} -H 'Content-Type: application/json' \\\n  -d '${data}'`;
}

async function send(verb, path, body) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const key = document.getElementById("key").value;
  if (key) headers.Authorization = `Bearer ${key}`;
  const started = performance.now();
  const response = await fetch(path, { method: verb.toUpperCase(), headers, body });
  const text = await response.text();
  return { response, text, milliseconds: performance.now() - started };
}

function outcome({ response, text, milliseconds }) {
  const timing = response.headers.get("Server-Timing");
  const cut = text.length > BODY_SHOWN_MAX ? `${text.slice(0, BODY_SHOWN_MAX)}\n…` : text;
  const words = `${response.status} ${response.statusText} · ${milliseconds.toFixed(1)} ms`;
  return [
    element("div", { class: "row" },
      element("span", { class: `status ${response.ok ? "good" : "bad"}` }, words),
      element("span", { class: "hint" }, timing ? `Server-Timing: ${timing}` : "")),
    coloured(prettyText(cut))];
}

function tryBox(verb, path, examples) {
  const answer = element("div", { "aria-live": "polite" });
  const curl = element("pre", { tabindex: "0" });
  const box = verb === "get" ? null
    : element("textarea", { spellcheck: "false", "aria-label": `Request body of ${path}` });
  const showCurl = () => (curl.textContent = curlLine(verb, path, box?.value ?? ""));
  const button = element("button", { class: "primary", type: "button" }, "Send");
  button.onclick = async () => {
    button.disabled = true;
    try {
      answer.replaceChildren(...outcome(await send(verb, path, box?.value)));
    } catch (error) {
      answer.replaceChildren(element("p", { class: "status bad" }, String(error)));
    } finally {
      button.disabled = false;
    }
  };
  const bar = element("div", { class: "row" }, button);
  if (box) {
    const select = element("select", { "aria-label": "Example" });
    for (const [name, example] of Object.entries(examples)) {
      select.append(element("option", { value: name }, example.summary ?? name));
    }
    select.onchange = () => {
      box.value = pretty(examples[select.value].value);
      showCurl();
    };
    box.oninput = showCurl;
    box.onkeydown = (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) button.click();
    };
    bar.append(select, element("span", { class: "hint" }, "Ctrl+Enter sends"));
    select.onchange();
  }
  showCurl();
  const command = element("details", {}, element("summary", {}, "as a command"), curl);
  return [element("h4", {}, "Try it"), box, bar, command, answer];
}

function part(title, open, ...children) {
  return element("details", { class: "part", open: open ? "" : undefined },
    element("summary", {}, title), ...children);
}

function responses(operation) {
  const codes = element("div", { class: "codes" });
  for (const [code, response] of Object.entries(operation.responses)) {
    const { description } = resolve(response);
    codes.append(element("span", { title: description },
      element("span", { class: `status ${code < "300" ? "good" : "bad"}` }, code),
      ` ${code < "300" ? description : (refName(response) ?? description)}`));
  }
  return codes;
}

function answerSchema(operation) {
  const content = resolve(operation.responses["200"] ?? {}).content ?? {};
  return resolve(content["application/json"]?.schema);
}

function parameters(operation) {
  const list = (operation.parameters ?? []).map(resolve);
  if (!list.length) return null;
  const properties = {};
  for (const { name, schema, description } of list) properties[name] = { ...schema, description };
  return part("Headers", false, fields({ properties }, 0));
}

function section(verb, path, operation) {
  const request = operation.requestBody?.content["application/json"];
  const binary = operation.requestBody?.content["application/octet-stream"];
  const answer = answerSchema(operation);
  return element("section", { class: "operation", id: operation.operationId },
    element("h3", {},
      element("span", { class: `verb ${verb}` }, verb),
      element("span", { class: "path" }, path),
      element("span", { class: "summary" }, operation.summary ?? "")),
    operation.description ? element("p", {}, operation.description) : null,
    request ? part("Request", true, fields(resolve(request.schema), 0)) : null,
    binary ? part("Request as a binary body", false,
      element("p", {}, binary.schema.description)) : null,
    parameters(operation),
    answer.properties ? part("Answer", false, fields(answer, 0)) : null,
    element("h4", {}, "Answers with"), responses(operation),
    ...tryBox(verb, path, request?.examples ?? {}).filter(Boolean));
}

function render() {
  const { title, version, description } = api.info;
  document.getElementById("title").textContent = `${title} API, version ${version}`;
  document.getElementById("description").textContent = description;
  const index = document.getElementById("index");
  const operations = document.getElementById("operations");
  for (const tag of api.tags) {
    index.append(element("h2", {}, tag.name));
    for (const [path, item] of Object.entries(api.paths)) {
      for (const verb of VERBS.filter((each) => item[each]?.tags.includes(tag.name))) {
        const operation = item[verb];
        index.append(element("a", { class: "item", href: `#${operation.operationId}` },
          element("span", { class: `verb ${verb}` }, verb),
          element("span", { class: "path" }, path)));
        operations.append(section(verb, path, operation));
      }
    }
  }
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

async function start() {
  try {
    const response = await fetch("/openapi.json");
    if (!response.ok) throw new Error(`/openapi.json answered ${response.status}`);
    api = await response.json();
    render();
  } catch (error) {
    document.getElementById("failure").textContent = `This page could not be filled: ${error}`;
  }
}

start();
