// Calls every operation that the vendor's Node clients have, each in its own way, against a server whose address and
// key come from the environment. Prints one line a client and ends with status 0, or says what was wrong.
const assert = require('node:assert/strict');
const ecs = require('@alicloud/ecs20140526');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const RpcClient = require('@alicloud/pop-core').RPCClient;

const server = process.env.KILN_SERVER; // host:port
const accessKeyId = process.env.KILN_ACCESS_KEY_ID;
const accessKeySecret = process.env.KILN_ACCESS_KEY_SECRET;
const securityToken = process.env.KILN_SECURITY_TOKEN; // with a temporary key only
const image = process.env.KILN_IMAGE;
const account = process.env.KILN_OTHER_ACCOUNT;
const RegionId = 'cn-hangzhou';
const bucket = { OSSBucket: process.env.KILN_BUCKET };

/** What the client calls a parameter of the wire. */
function fieldOf(type, name) {
  return Object.entries(type.names()).find(([, wire]) => wire === name)[0];
}

/** A caller of operations by name, with parameters as the wire names them and answers as JSON. */
function generated() {
  const client = new ecs.default(
      new $OpenApiUtil.Config({
        accessKeyId, accessKeySecret, securityToken, endpoint: server, protocol: 'http', regionId: RegionId,
      }));
  const lower = (name) => name[0].toLowerCase() + name.slice(1);
  return async (action, parameters) => {
    const Request = ecs[action + 'Request'];
    const request = new Request();
    const types = Request.types();
    for (const [name, value] of Object.entries(parameters)) {
      const field = fieldOf(Request, name);
      const item = types[field] && types[field].itemType;
      request[field] = Array.isArray(value) && item && typeof item === 'function'
          ? value.map((one) => new item(Object.fromEntries(Object.entries(one).map(([k, v]) => [fieldOf(item, k), v]))))
          : value;
    }
    const answer = await client[lower(action)](request);
    return answer.body.toMap();
  };
}

/** The older client; it numbers lists itself. */
function popCore(method) {
  const client = new RpcClient({
    accessKeyId, accessKeySecret, securityToken, endpoint: 'http://' + server, apiVersion: '2014-05-26',
  });
  return (action, parameters) => client.request(action, parameters, { method });
}

async function refusal(code, call) {
  await assert.rejects(call, (error) => error.code === code, code);
}

async function drive(name, call) {
  const regions = await call('DescribeRegions', {});
  assert.equal(regions.Regions.Region.length, 2);

  const component = (await call('CreateImageComponent', { RegionId, Content: 'RUN echo "a * b"' })).ImageComponentId;
  const components = await call('DescribeImageComponents', { RegionId, ImageComponentId: [component] });
  assert.equal(components.ImageComponent.ImageComponentSet[0].Content, 'RUN echo "a * b"');

  const template = (await call('CreateImagePipeline', {
    RegionId, BaseImageType: 'IMAGE', BaseImage: image, Description: 'made by ' + name,
    BuildContent: 'COMPONENT ' + component + '\nRUN echo hello > /etc/golden', ToRegionId: [RegionId, 'cn-beijing'],
    Tag: [{ Key: 'k', Value: 'v' }],
  })).ImagePipelineId;
  const templates = await call('DescribeImagePipelines', { RegionId, ImagePipelineId: [template] });
  assert.equal(templates.ImagePipeline.ImagePipelineSet[0].Description, 'made by ' + name);
  assert.equal(templates.ImagePipeline.ImagePipelineSet[0].Tags.Tag[0].TagValue, 'v');
  await refusal('InvalidImageComponent.InUse', () => call('DeleteImageComponent', { RegionId, ImageComponentId: component }));

  const start = { RegionId, ImagePipelineId: template, ClientToken: name + ' ' + image };
  const execution = (await call('StartImagePipelineExecution', start)).ExecutionId;
  assert.equal((await call('StartImagePipelineExecution', start)).ExecutionId, execution);
  await refusal('InvalidImagePipeline.HasRunningExecution',
      () => call('StartImagePipelineExecution', { RegionId, ImagePipelineId: template }));
  await call('CancelImagePipelineExecution', { RegionId, ExecutionId: execution });
  const executions = await call('DescribeImagePipelineExecutions', { RegionId, ExecutionId: execution });
  assert.equal(executions.ImagePipelineExecution.ImagePipelineExecutionSet[0].Status, 'CANCELLING');
  await refusal('InvalidImagePipeline.HasRunningExecution',
      () => call('DeleteImagePipeline', { RegionId, ImagePipelineId: template }));

  await images(call);
  console.log(name + ' drove every operation');
}

async function images(call) {
  await call('ModifyImageAttribute', { RegionId, ImageId: image, ImageFamily: 'node' });
  assert.equal((await call('DescribeImageFromFamily', { RegionId, ImageFamily: 'node' })).Image.ImageId, image);
  const found = await call('DescribeImages', { RegionId, ImageId: image });
  assert.equal(found.Images.Image[0].Status, 'Available');

  await call('ModifyImageSharePermission', { RegionId, ImageId: image, AddAccount: [account] });
  const shares = await call('DescribeImageSharePermission', { RegionId, ImageId: image });
  assert.equal(shares.Accounts.Account[0].AliyunId, account);
  await refusal('ImageUseShared', () => call('DeleteImage', { RegionId, ImageId: image }));
  await call('ModifyImageSharePermission', { RegionId, ImageId: image, RemoveAccount: [account] });

  const tagged = { RegionId, ResourceType: 'image', ResourceId: [image] };
  await call('TagResources', { ...tagged, Tag: [{ Key: 'k', Value: 'v' }] });
  assert.equal((await call('ListTagResources', tagged)).TagResources.TagResource[0].TagValue, 'v');
  await call('UntagResources', { ...tagged, TagKey: ['k'] });

  const copy = (await call('CopyImage', { RegionId, ImageId: image, DestinationRegionId: 'cn-beijing' })).ImageId;
  await call('CancelCopyImage', { RegionId: 'cn-beijing', ImageId: copy });

  const disk = { OSSBucket: process.env.KILN_BUCKET, OSSObject: process.env.KILN_OBJECT };
  const imported = await call('ImportImage', { RegionId, ImageName: 'imported', DiskDeviceMapping: [disk] });
  assert.match(imported.ImageId, /^m-/);
  // The image itself is held by the export of the client before.
  await refusal('InvalidOSSBucket.NotFound', () => call('ExportImage', { RegionId, ImageId: image, OSSBucket: 'none' }));
  await refusal('IncorrectImageStatus', () => call('ExportImage', { RegionId, ImageId: imported.ImageId, ...bucket }));
}

(async () => {
  await drive('ecs20140526', generated());
  await drive('pop-core by GET', popCore('GET'));
  await drive('pop-core by POST', popCore('POST'));
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
