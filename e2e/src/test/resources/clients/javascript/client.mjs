// A function's life with @aws-sdk/client-lambda. Arguments: the endpoint, and a directory with one.zip,
// two.zip and layer.zip.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-lambda";

const [endpoint, directory] = process.argv.slice(2);
const NAME = "javascript";
const lambda = new sdk.LambdaClient({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
  maxAttempts: 1,
});
const patience = { client: lambda, maxWaitTime: 300, minDelay: 1, maxDelay: 1 };
const file = (name) => readFileSync(join(directory, name + ".zip"));
const create = (FunctionName, more = {}) =>
  lambda.send(
    new sdk.CreateFunctionCommand({
      FunctionName,
      Runtime: "python3.13",
      Handler: "function.handler",
      Role: "arn:aws:iam::000000000000:role/any",
      Timeout: 300,
      Code: { ZipFile: file("one") },
      ...more,
    }),
  );
const invoke = async (event, more = {}) => {
  const answer = await lambda.send(
    new sdk.InvokeCommand({ FunctionName: NAME, Payload: JSON.stringify(event), LogType: "Tail", ...more }),
  );
  assert.equal(answer.StatusCode, 200);
  return [answer, JSON.parse(answer.Payload.transformToString())];
};
const updated = () => sdk.waitUntilFunctionUpdatedV2(patience, { FunctionName: NAME });
const all = async (pages, key) => {
  const found = [];
  for await (const page of pages) {
    assert.ok(page[key].length <= 1);
    found.push(...page[key]);
  }
  return found;
};

const created = await create(NAME, { Tags: { team: "snow" } });
assert.equal(created.State, "Pending");
await create(NAME + "-other");
await sdk.waitUntilFunctionActiveV2(patience, { FunctionName: NAME });

let [answer, result] = await invoke({ n: 1 });
assert.deepEqual(result, { n: 1, code: "one", greeting: null, layer: null, version: "$LATEST" });
assert.match(Buffer.from(answer.LogResult, "base64").toString(), /working on 1\n(.*\n)*REPORT RequestId: /);
[answer, result] = await invoke({ fail: "on purpose" });
assert.equal(answer.FunctionError, "Unhandled");
assert.deepEqual([result.errorType, result.errorMessage], ["ValueError", "on purpose"]);
answer = await lambda.send(new sdk.InvokeCommand({ FunctionName: NAME, InvocationType: "DryRun" }));
assert.equal(answer.StatusCode, 204);

await lambda.send(new sdk.UpdateFunctionCodeCommand({ FunctionName: NAME, ZipFile: file("two") }));
await updated();
const publishLayer = () =>
  lambda.send(new sdk.PublishLayerVersionCommand({ LayerName: NAME, Content: { ZipFile: file("layer") } }));
const layer = await publishLayer();
await publishLayer();
await lambda.send(
  new sdk.UpdateFunctionConfigurationCommand({
    FunctionName: NAME,
    Environment: { Variables: { GREETING: "Grüß Gott" } },
    Layers: [layer.LayerVersionArn],
  }),
);
await updated();
[, result] = await invoke({ n: 2 });
assert.deepEqual(result, { n: 2, code: "two", greeting: "Grüß Gott", layer: "from a layer", version: "$LATEST" });
const published = await lambda.send(new sdk.PublishVersionCommand({ FunctionName: NAME, Description: "first" }));
assert.equal(published.Version, "1");
await sdk.waitUntilPublishedVersionActive(patience, { FunctionName: NAME, Qualifier: "1" });
[answer, result] = await invoke({ n: 3 }, { Qualifier: "1" });
assert.deepEqual([answer.ExecutedVersion, result.version], ["1", "1"]);

const Resource = created.FunctionArn;
await lambda.send(new sdk.TagResourceCommand({ Resource, Tags: { cost: "7 =+-@:/.é" } }));
await lambda.send(new sdk.UntagResourceCommand({ Resource, TagKeys: ["team"] }));
assert.deepEqual((await lambda.send(new sdk.ListTagsCommand({ Resource }))).Tags, { cost: "7 =+-@:/.é" });
const permission = { LayerName: NAME, VersionNumber: 1, StatementId: "all" };
await lambda.send(
  new sdk.AddLayerVersionPermissionCommand({ ...permission, Action: "lambda:GetLayerVersion", Principal: "*" }),
);
const policy = await lambda.send(new sdk.GetLayerVersionPolicyCommand({ LayerName: NAME, VersionNumber: 1 }));
assert.equal(JSON.parse(policy.Policy).Statement[0].Sid, "all");
await lambda.send(new sdk.RemoveLayerVersionPermissionCommand(permission));

const paging = { client: lambda, pageSize: 1 };
const functions = await all(sdk.paginateListFunctions(paging, {}), "Functions");
assert.deepEqual(
  functions.map((f) => f.FunctionName).filter((name) => name.startsWith(NAME)),
  [NAME, NAME + "-other"],
);
const versions = await all(sdk.paginateListVersionsByFunction(paging, { FunctionName: NAME }), "Versions");
assert.deepEqual(versions.map((v) => v.Version), ["$LATEST", "1"]);
const layers = await all(sdk.paginateListLayerVersions(paging, { LayerName: NAME }), "LayerVersions");
assert.deepEqual(layers.map((v) => v.Version), [2, 1]);
const settings = await lambda.send(new sdk.GetAccountSettingsCommand({}));
assert.ok(settings.AccountUsage.FunctionCount >= 2);

await assert.rejects(create(NAME), sdk.ResourceConflictException);
await assert.rejects(
  lambda.send(
    new sdk.UpdateFunctionConfigurationCommand({ FunctionName: NAME, Layers: Array(6).fill(layer.LayerVersionArn) }),
  ),
  sdk.InvalidParameterValueException,
);
await assert.rejects(
  lambda.send(
    new sdk.UpdateFunctionCodeCommand({ FunctionName: NAME, ZipFile: file("one"), RevisionId: "another" }),
  ),
  sdk.PreconditionFailedException,
);
await assert.rejects(
  lambda.send(new sdk.InvokeCommand({ FunctionName: NAME, Payload: Buffer.alloc(6291457, 32) })),
  sdk.RequestTooLargeException,
);
await assert.rejects(
  lambda.send(new sdk.UpdateFunctionConfigurationCommand({ FunctionName: NAME, MemorySize: 1 })),
  { name: "ValidationException" },
);
await assert.rejects(lambda.send(new sdk.ListAliasesCommand({ FunctionName: NAME })), {
  name: "NotImplementedException",
});

await lambda.send(new sdk.DeleteFunctionCommand({ FunctionName: NAME, Qualifier: "1" }));
await lambda.send(new sdk.DeleteFunctionCommand({ FunctionName: NAME }));
await lambda.send(new sdk.DeleteFunctionCommand({ FunctionName: NAME + "-other" }));
for (const VersionNumber of [1, 2]) {
  await lambda.send(new sdk.DeleteLayerVersionCommand({ LayerName: NAME, VersionNumber }));
}
await assert.rejects(lambda.send(new sdk.InvokeCommand({ FunctionName: NAME })), sdk.ResourceNotFoundException);
await assert.rejects(
  lambda.send(new sdk.GetLayerVersionCommand({ LayerName: NAME, VersionNumber: 1 })),
  sdk.ResourceNotFoundException,
);
console.log("done");
