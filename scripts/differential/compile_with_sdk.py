"""What azure-ai-ml would send for an az ml document, without any network.

Reads one JSON object a line on standard input: {"file": absolute path, "kind": kind of document, "set": overrides}. Answers one JSON
object a line: {"body": REST body, "assets": {id: body of an asset made in place}} or {"error": type and message}.
Ids of what the SDK would upload or register are made here, so that they can be told apart from all other ids:
"sdk-upload:<path>" and "sdk-asset:<number>" stand in the last segments of valid ids.
"""

import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ.setdefault("AZURE_ML_CLI_PRIVATE_FEATURES_ENABLED", "false")

import azure.ai.ml.operations._job_operations as job_operations
import yaml
from azure.ai.ml import MLClient, load_batch_deployment, load_batch_endpoint, load_component, load_data
from azure.ai.ml import load_environment, load_job, load_model, load_online_deployment, load_online_endpoint
from azure.ai.ml.entities._load_functions import load_model_batch_deployment, load_pipeline_component_batch_deployment
from azure.ai.ml.entities._load_functions import load_schedule
from azure.ai.ml._utils import _cache_utils, _endpoint_utils
from azure.ai.ml.entities import Component, Data, Environment, Model
from azure.ai.ml.entities._assets import Code
from azure.ai.ml.entities._deployment.pipeline_component_batch_deployment import PipelineComponentBatchDeployment
from azure.ai.ml.entities._job.to_rest_functions import to_rest_job_object
from azure.ai.ml.operations._operation_orchestrator import OperationOrchestrator
from azure.core.credentials import AccessToken

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
GROUP = "group"
WORKSPACE = "workspace"
LOCATION = "westeurope"
WORKSPACE_ID = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    f"/providers/Microsoft.MachineLearningServices/workspaces/{WORKSPACE}"
)


class Credential:
    """Gives a token that nothing accepts: nothing is ever sent."""

    def get_token(self, *_scopes, **_options):
        return AccessToken("none", int(time.time()) + 3600)


class Assets:
    """What the SDK would upload or register for the document at hand."""

    def __init__(self):
        self.uploads = []
        self.bodies = []
        self.ids = {}

    def upload(self, path):
        path = os.path.abspath(path)
        if path not in self.uploads:
            self.uploads.append(path)
        return f"sdk-upload-{self.uploads.index(path)}"

    def asset(self, kind, entity):
        key = id(entity)
        if key not in self.ids:
            body = serialized(entity._to_rest_object())
            self.bodies.append(body)
            # The entity is kept: a freed one would give its id to the next.
            self.ids[key] = (f"sdk-asset-{len(self.bodies) - 1}", entity)
        return f"{WORKSPACE_ID}/{kind}/{self.ids[key][0]}/versions/1"


assets = Assets()


def serialized(rest):
    """A REST object as the JSON that goes over the wire."""
    if hasattr(rest, "serialize"):
        return rest.serialize()
    if hasattr(rest, "as_dict"):
        from azure.ai.ml._restclient.arm_ml_service._utils.model_base import SdkJSONEncoder

        return json.loads(json.dumps(rest, cls=SdkJSONEncoder, exclude_readonly=True))
    return rest


def base_of(entity, path):
    return path if os.path.isabs(str(path)) else os.path.join(str(getattr(entity, "_base_path", None) or os.getcwd()), str(path))


def is_local(path):
    text = str(path)
    return "://" not in text and not text.startswith(("azureml:", "runs:/", "/subscriptions/"))


original_arm_id = OperationOrchestrator.get_asset_arm_id


def settle_environment(environment):
    if environment.build is not None and environment.build.path and is_local(environment.build.path):
        path = base_of(environment, environment.build.path)
        environment.build.path = f"https://upload/{assets.upload(path)}"


def settle_paths(entity):
    """A model or data asset whose local files would be uploaded first."""
    if entity.path and is_local(entity.path):
        uri = f"azureml://{assets.upload(base_of(entity, entity.path))}"
        entity.path = uri


def get_asset_arm_id(self, asset, azureml_type, register_asset=True, sub_workspace_resource=True):
    if isinstance(asset, Code):
        return f"{WORKSPACE_ID}/codes/{assets.upload(base_of(asset, asset.path))}/versions/1"
    if isinstance(asset, Environment):
        settle_environment(asset)
        asset._is_anonymous = True
        return assets.asset("environments", asset)
    if isinstance(asset, Component):
        self._component._resolve_dependencies_for_component(
            asset, lambda one, azureml_type: self.get_asset_arm_id(one, azureml_type)
        )
        return assets.asset("components", asset)
    if isinstance(asset, (Model, Data)):
        settle_paths(asset)
        return assets.asset("models" if isinstance(asset, Model) else "data", asset)
    return original_arm_id(self, asset, azureml_type, register_asset, sub_workspace_resource)


def name_and_version(self, aml_id, azureml_type):
    """A label stays a label: what it means only a service can say."""
    from azure.ai.ml._utils._arm_id_utils import parse_name_label

    name, label = parse_name_label(aml_id)
    return (name, None) if not label else (name, f"label-{label}")


def upload_uri(_scope, _datastores, path, **_options):
    return f"azureml://{assets.upload(str(path))}"


def resolve_nodes(self):
    for node in self._nodes_to_resolve:
        node._component = self._resolver(node._component, azureml_type="components")
    self._nodes_to_resolve = []


OperationOrchestrator.get_asset_arm_id = get_asset_arm_id
OperationOrchestrator._resolve_name_version_from_name_label = name_and_version
job_operations._upload_and_generate_remote_uri = upload_uri
_cache_utils.CachedNodeResolver.resolve_nodes = resolve_nodes
_endpoint_utils.check_default_deployment_template = lambda *_: None

client = MLClient(Credential(), SUBSCRIPTION, GROUP, WORKSPACE)
container = client._operation_container
client.components._client_key = "workspace"
orchestrator = OperationOrchestrator(container, client._operation_scope, client._operation_config)


def job(file, sets):
    entity = load_job(file, params_override=sets)
    client.jobs._resolve_arm_id_or_upload_dependencies(entity)
    return serialized(to_rest_job_object(entity))


def component(file, sets):
    entity = load_component(file, params_override=sets)
    client.components._resolve_dependencies_for_component(entity, orchestrator.get_asset_arm_id)
    return serialized(entity._to_rest_object())


def environment(file, sets):
    entity = load_environment(file, params_override=sets)
    settle_environment(entity)
    return serialized(entity._to_rest_object())


def model(file, sets):
    entity = load_model(file, params_override=sets)
    settle_paths(entity)
    return serialized(entity._to_rest_object())


def data(file, sets):
    entity = load_data(file, params_override=sets)
    settle_paths(entity)
    return serialized(entity._to_rest_object())


def online_endpoint(file, sets):
    rest = load_online_endpoint(file, params_override=sets)._to_rest_online_endpoint(LOCATION)
    if rest.properties.compute:
        rest.properties.compute = orchestrator.get_asset_arm_id(rest.properties.compute, azureml_type="computes")
    return serialized(rest)


def batch_endpoint(file, sets):
    return serialized(load_batch_endpoint(file, params_override=sets)._to_rest_batch_endpoint(LOCATION))


def online_deployment(file, sets):
    entity = load_online_deployment(file, params_override=sets)
    _endpoint_utils.upload_dependencies(entity, orchestrator)
    return serialized(entity._to_rest_object(location=LOCATION))


def batch_deployment(file, sets):
    with open(file, encoding="utf-8") as stream:
        keys = yaml.safe_load(stream)
    # The command line chooses by what the document has, as here.
    load = load_batch_deployment
    if "component" in keys or "job_definition" in keys:
        load = load_pipeline_component_batch_deployment
    elif "settings" in keys:
        load = load_model_batch_deployment
    entity = load(file, params_override=sets)
    if isinstance(entity, PipelineComponentBatchDeployment):
        if not isinstance(entity.component, str) and entity.component is not None:
            entity.component = orchestrator.get_asset_arm_id(entity.component, "components")
        elif isinstance(entity.component, str):
            entity.component = orchestrator.get_asset_arm_id(entity.component, azureml_type="components")
    else:
        _endpoint_utils.upload_dependencies(entity, orchestrator)
    return serialized(entity._to_rest_object(location=LOCATION))


def schedule(file, sets):
    entity = load_schedule(file, params_override=sets)
    create_job = getattr(entity, "create_job", None)
    if create_job is not None:
        if isinstance(create_job, str) or getattr(create_job, "id", None):
            pass
        else:
            client.jobs._resolve_arm_id_or_upload_dependencies(create_job)
    return serialized(entity._to_rest_object())


COMPILERS = {
    "commandJob": job,
    "pipelineJob": job,
    "sweepJob": job,
    "commandComponent": component,
    "pipelineComponent": component,
    "parallelComponent": component,
    "environment": environment,
    "model": model,
    "data": data,
    "managedOnlineEndpoint": online_endpoint,
    "kubernetesOnlineEndpoint": online_endpoint,
    "managedOnlineDeployment": online_deployment,
    "kubernetesOnlineDeployment": online_deployment,
    "batchEndpoint": batch_endpoint,
    "modelBatchDeployment": batch_deployment,
    "pipelineComponentBatchDeployment": batch_deployment,
    "schedule": schedule,
}


def answer(request):
    global assets
    assets = Assets()
    os.chdir(Path(request["file"]).parent)
    try:
        body = COMPILERS[request["kind"]](request["file"], request.get("set", []))
        return {"body": body, "assets": assets.bodies, "uploads": assets.uploads}
    except BaseException as error:  # the SDK raises many kinds, SystemExit among them
        if os.environ.get("SDK_TRACE"):
            import traceback

            traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    out = os.fdopen(os.dup(1), "w")
    # The SDK prints; only answers belong on the line.
    os.dup2(2, 1)
    out.write(json.dumps({"ready": True}) + "\n")
    out.flush()
    for line in sys.stdin:
        out.write(json.dumps(answer(json.loads(line)), default=str) + "\n")
        out.flush()


main()
