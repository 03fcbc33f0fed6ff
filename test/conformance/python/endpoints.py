"""azure-ai-ml: online and batch endpoints with their deployments."""

import json

from azure.ai.ml import Input
from azure.ai.ml.entities import (
    BatchEndpoint,
    CodeConfiguration,
    Environment,
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    Model,
    ModelBatchDeployment,
    ModelBatchDeploymentSettings,
)
from azure.core.exceptions import HttpResponseError
from suite import FIXTURES, Suite, equal, files

suite = Suite("azure-ai-ml")
ml = suite.workspace()
ONLINE, BATCH = "online-conformance", "batch-conformance"
REQUEST = str(FIXTURES / "request.json")


def code(folder):
    return CodeConfiguration(code=str(FIXTURES / folder), scoring_script="score.py")


def update(**changes):
    endpoint = ml.online_endpoints.get(ONLINE)
    for name, value in changes.items():
        setattr(endpoint, name, value)
    return ml.online_endpoints.begin_create_or_update(endpoint).result()


# azure-ai-ml 1.35 keeps the deployment name of an online call for the batch calls after it: batch comes first.
@suite.check("a batch endpoint scores a local folder and its output is downloaded")
def batch():
    ml.models.create_or_update(Model(name="served", version="1", path=str(FIXTURES / "model")))
    ml.environments.create_or_update(Environment(name="serving", version="1", image="ubuntu:22.04"))
    ml.batch_endpoints.begin_create_or_update(BatchEndpoint(name=BATCH)).result()
    deployment = ModelBatchDeployment(
        name="one",
        endpoint_name=BATCH,
        model="azureml:served:1",
        environment="azureml:serving:1",
        code_configuration=code("batch-scoring"),
        compute="cpu-cluster",
        settings=ModelBatchDeploymentSettings(
            mini_batch_size=2, instance_count=1, output_action="append_row", output_file_name="predictions.csv"
        ),
    )
    ml.batch_deployments.begin_create_or_update(deployment).result()
    endpoint = ml.batch_endpoints.get(BATCH)
    endpoint.defaults = {"deployment_name": "one"}
    ml.batch_endpoints.begin_create_or_update(endpoint).result()
    job = ml.batch_endpoints.invoke(BATCH, input=Input(type="uri_folder", path=str(FIXTURES / "batch-input")))
    ml.jobs.stream(job.name)
    equal(ml.jobs.get(job.name).status, "Completed")
    ml.jobs.download(job.name, download_path="scores", output_name="score")
    text = "".join(files("scores").values())
    equal([name in text for name in ("a.txt", "b.txt", "c.txt")], [True, True, True])
    equal([one.name for one in ml.batch_endpoints.list_jobs(BATCH)], [job.name])


@suite.check("an online endpoint gets two deployments")
def deployments():
    ml.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=ONLINE, auth_mode="key")).result()
    for name in ("blue", "green"):
        deployment = ManagedOnlineDeployment(
            name=name,
            endpoint_name=ONLINE,
            model="azureml:served:1",
            environment="azureml:serving:1",
            code_configuration=code("scoring"),
            environment_variables={"WHO": name},
            instance_type="Standard_DS3_v2",
            instance_count=1,
        )
        ml.online_deployments.begin_create_or_update(deployment).result()
    equal(sorted(one.name for one in ml.online_deployments.list(ONLINE)), ["blue", "green"])
    equal(ml.online_deployments.get("blue", ONLINE).provisioning_state, "Succeeded")


@suite.check("traffic and mirror traffic are set and read back")
def traffic():
    update(traffic={"blue": 100}, mirror_traffic={"green": 30})
    endpoint = ml.online_endpoints.get(ONLINE)
    equal((endpoint.traffic["blue"], endpoint.mirror_traffic), (100, {"green": 30}))


@suite.check("it is invoked without and with a deployment name")
def invoke():
    answers = [
        ml.online_endpoints.invoke(ONLINE, request_file=REQUEST),
        ml.online_endpoints.invoke(ONLINE, request_file=REQUEST, deployment_name="green"),
    ]
    equal([json.loads(answer) for answer in answers], [{"who": "blue", "rows": 2}, {"who": "green", "rows": 2}])


@suite.check("the logs of a deployment show what its script printed")
def logs():
    text = ml.online_deployments.get_logs("green", ONLINE, lines=50)
    equal(("ready True" in text, "scored" in text), (True, True))


@suite.check("keys are read and regenerated")
def keys():
    before = ml.online_endpoints.get_keys(ONLINE).primary_key
    ml.online_endpoints.begin_regenerate_keys(ONLINE, key_type="primary").result()
    equal(ml.online_endpoints.get_keys(ONLINE).primary_key == before, False)


@suite.check("a bad traffic map is refused with an ARM error and leaves the split as it was")
def bad_traffic():
    for split in ({"blue": 60}, {"red": 100}):
        try:
            update(traffic=split)
        except HttpResponseError as error:
            equal((error.status_code, error.error.code), (400, "UserError"))
            equal("Traffic" in error.error.message, True)
        else:
            raise AssertionError(f"{split} was accepted")
    equal(ml.online_endpoints.get(ONLINE).traffic["blue"], 100)


@suite.check("an endpoint that is being updated refuses a second update with 409")
def busy():
    endpoint = ml.online_endpoints.get(ONLINE)
    first = ml.online_endpoints.begin_create_or_update(endpoint)
    try:
        ml.online_endpoints.begin_create_or_update(endpoint)
    except HttpResponseError as error:
        equal((error.status_code, bool(error.error.code)), (409, True))
    else:
        raise AssertionError("the second update was accepted")
    first.result()


@suite.check("a deployment with traffic cannot be deleted, one without can")
def delete_deployment():
    try:
        ml.online_deployments.begin_delete("blue", ONLINE).result()
    except HttpResponseError as error:
        equal(bool(error.error.code), True)
    else:
        raise AssertionError("deleted a deployment that takes traffic")
    update(mirror_traffic={})
    ml.online_deployments.begin_delete("green", ONLINE).result()
    equal([one.name for one in ml.online_deployments.list(ONLINE)], ["blue"])


@suite.check("endpoints are deleted with what is in them")
def delete_endpoints():
    ml.online_endpoints.begin_delete(ONLINE).result()
    ml.batch_endpoints.begin_delete(BATCH).result()
    equal(([one.name for one in ml.online_endpoints.list()], [one.name for one in ml.batch_endpoints.list()]), ([], []))


suite.run()
