"""azure-ai-ml: jobs and assets of a workspace and a registry, and the errors it shows."""

from azure.ai.ml import Input, Output, command, dsl, load_component
from azure.ai.ml.entities import Data, Environment, Model
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from suite import FIXTURES, Suite, equal, files

suite = Suite("azure-ai-ml")
ml, registry = suite.workspace(), suite.registry()
seen = {}


def refusal(call):
    """Status and code of the refusal that a call ends with."""
    try:
        call()
    except HttpResponseError as error:
        return error.status_code, error.error.code, error.error.message
    raise AssertionError("the call was not refused")


@suite.check("an environment with a conda file is registered and read")
def environment():
    conda = {"name": "training", "dependencies": ["python=3.11"]}
    made = ml.environments.create_or_update(Environment(name="training", version="1", image="ubuntu:22.04", conda_file=conda))
    equal(ml.environments.get("training", "1").id, made.id)


@suite.check("a command job uploads its code and data, is streamed and completes")
def command_job():
    job = command(
        code=str(FIXTURES / "training"),
        command="python train.py --data ${{inputs.data}} --rate ${{inputs.rate}} --model ${{outputs.model}} --report ${{outputs.report}}",
        inputs={"data": Input(type="uri_file", path=str(FIXTURES / "data.csv")), "rate": 0.5},
        outputs={"model": Output(type="custom_model"), "report": Output(type="uri_folder")},
        environment="training:1",
        compute="cpu-cluster",
        experiment_name="conformance",
    )
    seen["job"] = ml.jobs.create_or_update(job).name
    ml.jobs.stream(seen["job"])
    equal(ml.jobs.get(seen["job"]).status, "Completed")


@suite.check("named outputs and artifacts of a job are downloaded")
def download():
    ml.jobs.download(seen["job"], download_path="output", output_name="report")
    equal(files("output"), {"named-outputs/report/report.txt": "trained\n"})
    ml.jobs.download(seen["job"], download_path="artifacts")
    equal(files("artifacts")["artifacts/outputs/notes.txt"], "an artifact\n")
    equal(files("artifacts")["artifacts/user_logs/std_log.txt"].split("\n")[:3], ["epoch 0", "epoch 1", "epoch 2"])


@suite.check("a failing job ends the stream with its error")
def failing_job():
    job = ml.jobs.create_or_update(command(command="exit 3", environment="training:1", compute="cpu-cluster"))
    try:
        ml.jobs.stream(job.name)
    except Exception as error:
        equal("status code 3" in str(error), True)
    equal(ml.jobs.get(job.name).status, "Failed")


@suite.check("a job is cancelled")
def cancel():
    job = ml.jobs.create_or_update(command(command="sleep 60", environment="training:1", compute="cpu-cluster"))
    ml.jobs.begin_cancel(job.name).result()
    equal(ml.jobs.get(job.name).status in ("CancelRequested", "Canceled"), True)


@suite.check("models are registered from a folder and from a job, and downloaded")
def models():
    local = ml.models.create_or_update(Model(name="local", version="1", path=str(FIXTURES / "model"), tags={"way": "folder"}))
    equal(ml.models.get("local", label="latest").version, local.version)
    ml.models.download("local", "1", download_path="local")
    equal(list(files("local").values()), ["2 rows, rate 0.5\n"])
    path = f"azureml://jobs/{seen['job']}/outputs/model/paths/"
    trained = ml.models.create_or_update(Model(name="trained", path=path, type="custom_model"))
    ml.models.download("trained", trained.version, download_path="trained")
    equal(list(files("trained").values()), ["2 rows, rate 0.5\n"])


@suite.check("a file and an MLTable are registered as data")
def data():
    ml.data.create_or_update(Data(name="readings", version="1", path=str(FIXTURES / "data.csv"), type="uri_file"))
    table = ml.data.create_or_update(Data(name="table", path=str(FIXTURES / "table"), type="mltable"))
    equal((table.version, ml.data.get("table", label="latest").type), ("1", "mltable"))


@suite.check("a command component is registered from YAML")
def component():
    made = ml.components.create_or_update(load_component(FIXTURES / "component" / "component.yml"))
    equal((made.name, made.version, [one.version for one in ml.components.list("scale")]), ("scale", "1", ["1"]))


@suite.check("a pipeline job hands the output of one step to the next and is streamed")
def pipeline_job():
    scale = load_component(FIXTURES / "component" / "component.yml")
    read = command(
        name="read",
        command="cat ${{inputs.folder}}/factor.txt > ${{outputs.text}}/copy.txt",
        inputs={"folder": Input(type="uri_folder")},
        outputs={"text": Output(type="uri_folder")},
        environment="training:1",
    )

    @dsl.pipeline(default_compute="cpu-cluster", experiment_name="conformance")
    def steps(factor: float):
        first = scale(factor=factor)
        second = read(folder=first.outputs.result)
        return {"text": second.outputs.text}

    job = ml.jobs.create_or_update(steps(factor=3))
    ml.jobs.stream(job.name)
    equal(ml.jobs.get(job.name).status, "Completed")
    ml.jobs.download(job.name, download_path="pipeline", output_name="text")
    equal([float(text) for text in files("pipeline").values()], [3.0])


@suite.check("a model is shared to a registry, once")
def share():
    options = {"share_with_name": "shared", "share_with_version": "1", "registry_name": "sensors"}
    equal(ml.models.share("local", "1", **options).id, "azureml://registries/sensors/models/shared/versions/1")
    try:
        ml.models.share("local", "1", **options)
    except Exception as error:
        equal("already exists" in str(error), True)
    else:
        raise AssertionError("shared twice")


@suite.check("a registry takes models, environments and data, and gives them back")
def registry_assets():
    registry.models.download("shared", "1", download_path="shared")
    equal(list(files("shared").values()), ["2 rows, rate 0.5\n"])
    registry.models.create_or_update(Model(name="direct", version="4", path=str(FIXTURES / "model")))
    registry.models.download("direct", "4", download_path="direct")
    equal(list(files("direct").values()), ["2 rows, rate 0.5\n"])
    registry.environments.create_or_update(Environment(name="serving", version="1", image="ubuntu:22.04"))
    registry.data.create_or_update(Data(name="readings", version="1", path=str(FIXTURES / "data.csv"), type="uri_file"))
    equal(registry.environments.get("serving", "1").image, "ubuntu:22.04")
    equal(sorted(one.name for one in registry.models.list()), ["direct", "shared"])
    equal([one.version for one in registry.models.list("direct")], ["4"])


@suite.check("a list of more than one page is read to its end")
def paging():
    path = ml.models.get("local", "1").path
    for _ in range(35):
        ml.models.create_or_update(Model(name="many", path=path))
    equal(len(list(ml.models.list("many"))), 35)


@suite.check("what does not exist is ResourceNotFoundError, what may not change a refusal with a code")
def errors():
    for call in (
        lambda: ml.models.get("none", "1"),
        lambda: ml.jobs.get("none"),
        lambda: ml.online_endpoints.get("none"),
    ):
        try:
            call()
        except ResourceNotFoundError as error:
            equal((error.status_code, bool(error.error.code), bool(error.error.message)), (404, True, True))
        else:
            raise AssertionError("found what does not exist")
    changed = Model(name="local", version="1", path=str(FIXTURES / "scoring"))
    equal(refusal(lambda: ml.models.create_or_update(changed)), (400, "UserError", "Asset paths cannot be updated."))


suite.run()
