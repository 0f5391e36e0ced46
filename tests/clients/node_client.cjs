// Camunda's Node SDK through deploy, create, poll, stream and complete: node node_client.cjs ADDRESS MODEL JOB_TYPE PROCESS
// Prints one line of JSON with what it saw. The SDK is found through NODE_PATH.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { Camunda8 } = require("@camunda8/sdk");

const [address, model, jobType, processId] = process.argv.slice(2);
const zeebe = new Camunda8({
  ZEEBE_GRPC_ADDRESS: `grpc://${address}`,
  CAMUNDA_OAUTH_DISABLED: true,
  zeebeGrpcSettings: { ZEEBE_CLIENT_LOG_LEVEL: "NONE" },
}).getZeebeGrpcApiClient();

async function main() {
  const topology = await zeebe.topology();
  const deployed = await zeebe.deployResource({ name: path.basename(model), process: fs.readFileSync(model) });
  const handled = { polled: 0, streamed: 0 };
  const worker = zeebe.createWorker({
    taskType: jobType,
    taskHandler: (job) => {
      handled.polled += 1;
      return job.complete({ total: job.variables.amount * 2, by: "poll" });
    },
  });
  const polled = await zeebe.createProcessInstanceWithResult({
    bpmnProcessId: processId,
    variables: { amount: 21 },
    requestTimeout: 15000,
  });
  await worker.close();
  const left = await zeebe.createProcessInstance({ bpmnProcessId: processId, variables: {} });
  await zeebe.cancelProcessInstance(left.processInstanceKey);
  await zeebe.streamJobs({
    type: jobType,
    worker: "stream",
    timeout: 60000,
    tenantIds: ["<default>"],
    taskHandler: (job) => {
      handled.streamed += 1;
      return job.complete({ total: job.variables.amount + 1, by: "stream" });
    },
  });
  const streamed = await zeebe.createProcessInstanceWithResult({
    bpmnProcessId: processId,
    variables: { amount: 1 },
    requestTimeout: 15000,
  });
  await zeebe.close();
  const seen = {
    gatewayVersion: topology.gatewayVersion,
    version: deployed.deployments[0].process.version,
    handled,
    polled: polled.variables,
    streamed: streamed.variables,
  };
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
