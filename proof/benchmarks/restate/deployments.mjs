// The deployments of `bench throughput` as durable calls: 3 phases, 5 targets, 2 commands in each, which are done at once.
// node deployments.mjs serve PORT: their handlers. node deployments.mjs drive URL COUNT AT_ONCE: starts them, and says
// how many a second there were and how long each took, in milliseconds.
const PHASES = 3;
const TARGETS = 5;
const COMMANDS = 2;

async function serve(port) {
  // The SDK expects what came with Node 22.
  Promise.withResolvers ??= () => {
    const open = {};
    open.promise = new Promise((resolve, reject) => Object.assign(open, { resolve, reject }));
    return open;
  };
  const { RestatePromise, serve: listen, service } = await import("@restatedev/restate-sdk");
  const machine = service({ name: "machine", handlers: { command: async (_, target) => target } });
  const deployment = service({
    name: "deployment",
    handlers: {
      // The second command of a phase is sent when the first has ended everywhere, as the next phase is.
      run: async (context) => {
        let done = 0;
        for (let wave = 0; wave < PHASES * COMMANDS; wave++) {
          const commands = Array.from({ length: TARGETS }, (_, target) => context.serviceClient(machine).command(target));
          done += (await RestatePromise.all(commands)).length;
        }
        return done;
      },
    },
  });
  listen({ services: [machine, deployment], port });
}

async function drive(url, count, atOnce) {
  const took = [];
  let begun = 0;
  const worker = async () => {
    while (begun++ < count) {
      const since = performance.now();
      const response = await fetch(`${url}/deployment/run`, { method: "POST" });
      const text = await response.text();
      if (text !== String(PHASES * COMMANDS * TARGETS)) throw new Error(`a deployment ended with ${response.status} ${text}`);
      took.push(performance.now() - since);
    }
  };
  const since = performance.now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  const seconds = (performance.now() - since) / 1000;
  took.sort((a, b) => a - b);
  const share = (part) => Number(took[Math.max(0, Math.ceil(part * took.length) - 1)].toFixed(1));
  const perSecond = Number((count / seconds).toFixed(2));
  console.log(JSON.stringify({ perSecond, count, atOnce, p50: share(0.5), p99: share(0.99) }));
}

const [what, ...rest] = process.argv.slice(2);
if (what === "serve") await serve(Number(rest[0]));
else await drive(rest[0], Number(rest[1]), Number(rest[2]));
