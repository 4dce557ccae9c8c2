// The runtime of a Node.js function: loads its handler, asks the Runtime API for events, and answers them.
// Handlers as in https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html (read 2026-11): async, with a callback,
// or made by awslambda.streamifyResponse, whose stream is sent on piece by piece. Modules that the package does not bring
// come from layers and from the runtime's folder (the AWS SDK): `require` finds them by NODE_PATH, `import` by `resolve`.
import http from "node:http";
import https from "node:https";
import { existsSync } from "node:fs";
import { createRequire, register, syncBuiltinESMExports } from "node:module";
import path from "node:path";
import { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const env = process.env;
const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let requestId = "";

function call(method, name, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host, port, method, agent, path: `/2018-06-01/runtime/${name}`, headers: body === undefined ? headers : { "Content-Length": Buffer.byteLength(body), ...headers } },
      (answer) => {
        const pieces = [];
        answer.on("data", (piece) => pieces.push(piece));
        answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

for (const [name, level] of Object.entries({ log: "INFO", info: "INFO", debug: "DEBUG", trace: "TRACE", warn: "WARN", error: "ERROR" })) {
  console[name] = (...values) => {
    const text = format(...values).replaceAll("\n", "\r");
    process.stdout.write(`${new Date().toISOString()}\t${requestId || "undefined"}\t${level}\t${text}\n`);
  };
}

class RuntimeFailure extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

// CloudFormation's handlers in Node.js answer a custom resource at `https://<host><path>` of its ResponseURL: the scheme and
// port of AWS, whatever the URL says. Here the host alone is the emulator's, which is elsewhere.
const emulator = new URL(env.AWS_ENDPOINT_URL ?? "http://localhost");
const secure = https.request;
https.request = (options, ...rest) => {
  const host = options?.hostname ?? options?.host;
  if (options instanceof URL || host !== emulator.hostname || (options.port ?? 443) !== 443) return secure(options, ...rest);
  return http.request({ ...options, protocol: "http:", port: emulator.port, agent: undefined }, ...rest);
};
syncBuiltinESMExports();

const STREAMING = Symbol("streaming");
const SENT = Symbol("sent");
globalThis.awslambda = {
  streamifyResponse: (handler) => Object.assign(handler, { [STREAMING]: true }),
  HttpResponseStream: {
    from(stream, metadata) {
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream.write(JSON.stringify(metadata));
      stream.write(Buffer.alloc(8));
      return stream;
    },
  },
};

const resolve = `
let folders;
export async function initialize(given) { folders = given; }
export async function resolve(name, context, next) {
  try {
    return await next(name, context);
  } catch (error) {
    if (error?.code !== "ERR_MODULE_NOT_FOUND" || /^[./]|:/.test(name)) throw error;
    for (const folder of folders) {
      try {
        return await next(name, { ...context, parentURL: "file://" + folder + "/none.mjs" });
      } catch {}
    }
    throw error;
  }
}`;
const folders = (env.NODE_PATH ?? "").split(":").filter((folder) => folder.endsWith("/node_modules"));
register("data:text/javascript," + encodeURIComponent(resolve), { data: folders.map((folder) => path.dirname(folder)) });

async function load() {
  const full = env._HANDLER;
  const { dir, base } = path.parse(full);
  const dot = base.indexOf(".");
  if (dot < 1) throw new RuntimeFailure("Runtime.MalformedHandlerName", "Bad handler");
  const stem = path.join(env.LAMBDA_TASK_ROOT, dir, base.slice(0, dot));
  const file = ["", ".js", ".mjs", ".cjs"].map((end) => stem + end).find((name) => existsSync(name) && path.extname(name));
  if (!file) throw new RuntimeFailure("Runtime.ImportModuleError", `Error: Cannot find module '${base.slice(0, dot)}'`);
  let found;
  try {
    found = file.endsWith(".cjs") ? createRequire(file)(file) : await import(pathToFileURL(file));
  } catch (error) {
    const kinds = { SyntaxError: "Runtime.UserCodeSyntaxError" };
    const missing = ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code);
    const type = missing ? "Runtime.ImportModuleError" : kinds[error?.name];
    throw type ? Object.assign(new RuntimeFailure(type, String(error)), { stack: error.stack }) : error;
  }
  const names = base.slice(dot + 1).split(".");
  const handler = [found, found.default].map((start) => names.reduce((value, name) => value?.[name], start)).find((value) => value !== undefined);
  if (typeof handler !== "function") throw new RuntimeFailure("Runtime.HandlerNotFound", `${full} is undefined or not exported`);
  return handler;
}

function described(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split("\n") };
}

// The answer's head goes with the first piece, so that what fails before it is an error like any other.
function streamed(handler, event, context) {
  return new Promise((resolve, reject) => {
    let type = "application/octet-stream";
    let request;
    const head = () => {
      request ??= http
        .request(
          {
            host,
            port,
            method: "POST",
            agent,
            path: `/2018-06-01/runtime/invocation/${requestId}/response`,
            headers: {
              "Content-Type": type,
              "Lambda-Runtime-Function-Response-Mode": "streaming",
              "Transfer-Encoding": "chunked",
              Trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
            },
          },
          (answer) => answer.resume().on("end", () => resolve(SENT)),
        )
        .on("error", reject);
      return request;
    };
    const stream = Object.assign(
      new Writable({
        write: (piece, _encoding, done) => head().write(piece, done),
        final: (done) => head().end(done),
      }),
      { setContentType: (value) => (type = value) },
    );
    const fail = (error) => {
      if (!request) return reject(error);
      const failure = described(error);
      console.error("Invoke Error", JSON.stringify(failure));
      request.addTrailers({
        "Lambda-Runtime-Function-Error-Type": failure.errorType,
        "Lambda-Runtime-Function-Error-Body": Buffer.from(JSON.stringify(failure)).toString("base64"),
      });
      request.end();
    };
    stream.on("error", fail);
    Promise.resolve()
      .then(() => handler(event, stream, context))
      .catch(fail);
  });
}

function called(handler, event, context) {
  return new Promise((resolve, reject) => {
    const done = (error, value) => (error ? reject(error) : resolve(value));
    Object.assign(context, { done, fail: reject, succeed: resolve });
    const result = handler(event, context, done);
    if (typeof result?.then === "function") result.then(resolve, reject);
    else process.once("beforeExit", () => resolve(null)); // nothing is left that could call back
  });
}

async function answer(handler, next) {
  const { headers } = next;
  requestId = headers["lambda-runtime-aws-request-id"];
  env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"] ?? "";
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: requestId,
    clientContext: headers["lambda-runtime-client-context"] && JSON.parse(headers["lambda-runtime-client-context"]),
    getRemainingTimeInMillis: () => Number(headers["lambda-runtime-deadline-ms"]) - Date.now(),
  };
  try {
    const event = JSON.parse(next.body.toString());
    const run = handler[STREAMING] ? streamed : called;
    const value = await run(handler, event, context);
    if (value === SENT) return;
    const body = Buffer.isBuffer(value) ? value : (JSON.stringify(value) ?? "null");
    const sent = await call("POST", `invocation/${requestId}/response`, body, { "Content-Type": "application/json" });
    if (sent.status === 413) throw new RuntimeFailure("Function.ResponseSizeTooLarge", sent.body.toString());
  } catch (error) {
    const failure = described(error);
    console.error("Invoke Error", JSON.stringify(failure));
    await call("POST", `invocation/${requestId}/error`, JSON.stringify(failure), { "Lambda-Runtime-Function-Error-Type": failure.errorType });
  }
}

function crash(type) {
  return (error) => {
    const failure = { ...described(error), errorType: type };
    console.error(type, JSON.stringify(failure));
    const name = requestId ? `invocation/${requestId}/error` : "init/error";
    call("POST", name, JSON.stringify(failure), { "Lambda-Runtime-Function-Error-Type": type }).finally(() => process.exit(129));
  };
}
process.on("uncaughtException", crash("Runtime.UncaughtException"));
process.on("unhandledRejection", crash("Runtime.UnhandledPromiseRejection"));

let handler;
try {
  handler = await load();
} catch (error) {
  const failure = described(error);
  console.error("Uncaught Exception", JSON.stringify(failure));
  await call("POST", "init/error", JSON.stringify(failure), { "Lambda-Runtime-Function-Error-Type": failure.errorType });
  process.exit(1);
}
for (;;) {
  process.removeAllListeners("beforeExit");
  await answer(handler, await call("GET", "invocation/next"));
}
