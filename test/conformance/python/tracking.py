"""mlflow: a training script logs, and its run is read back. The argument says how: plain or plugin (azureml-mlflow)."""

import os
import sys

import mlflow
from azure.ai.ml import command
from azure.ai.ml.entities import Environment
from suite import FIXTURES, WORKSPACE, Suite, equal, files

WAY = sys.argv[1]
suite = Suite("mlflow-skinny" if WAY == "plain" else "azureml-mlflow")
ml = suite.workspace()
seen = {}


def tracking(job):
    """A client for the workspace: over https, or by the scheme that the plugin registers."""
    uri = ml.workspaces.get(WORKSPACE).mlflow_tracking_uri
    os.environ["MLFLOW_TRACKING_TOKEN"] = suite.credential.get_token("https://management.azure.com/.default").token
    if WAY == "plugin":
        os.environ.update(MLFLOW_TRACKING_URI=uri, MLFLOW_RUN_ID=job, MLFLOW_EXPERIMENT_NAME="tracking")
    else:
        uri = uri.replace("azureml://", "https://").replace("/mlflow/v2.0/", "/mlflow/v1.0/")
    mlflow.set_tracking_uri(uri)
    return suite.watch("MlflowClient", mlflow.MlflowClient(uri))


@suite.check("a training script logs with mlflow")
def train():
    ml.environments.create_or_update(Environment(name="tracking", version="1", image="ubuntu:22.04"))
    job = command(
        code=str(FIXTURES / "training"),
        command=f"python track.py {WAY}",
        environment="tracking:1",
        compute="cpu-cluster",
        experiment_name="tracking",
    )
    seen["job"] = ml.jobs.create_or_update(job).name
    ml.jobs.stream(seen["job"])
    seen["client"] = tracking(seen["job"])


@suite.check("parameters, last metrics, tags and status are read")
def read():
    run = seen["client"].get_run(seen["job"])
    equal(run.data.params, {"rate": "0.5", "way": WAY})
    equal(run.data.metrics, {"mae": 1 / 3, "r2": 0.9, "rmse": 2.5})
    equal((run.data.tags["note"], run.info.status), ("hello", "FINISHED"))


@suite.check("the history of a metric is read")
def history():
    points = seen["client"].get_metric_history(seen["job"], "mae")
    equal([(point.step, point.value) for point in points], [(0, 1.0), (1, 0.5), (2, 1 / 3)])


@suite.check("runs are found by parameters, metrics and tags")
def search():
    client = seen["client"]
    experiment = client.get_experiment_by_name("tracking")
    equal(client.get_experiment_by_name("none"), None)
    text = f"params.way = '{WAY}' and metrics.mae < 0.4 and tags.note LIKE 'hel%'"
    found = client.search_runs([experiment.experiment_id], text, order_by=["metrics.mae ASC"])
    equal([run.info.run_id for run in found], [seen["job"]])
    equal(client.search_runs([experiment.experiment_id], "metrics.mae > 0.4"), [])


@suite.check("artifacts are listed and downloaded, bytes unchanged")
def artifacts():
    client, job = seen["client"], seen["job"]
    names = {one.path for one in client.list_artifacts(job)}
    equal({"many", "report.txt", "reports", "settings.json"} <= names, True)
    equal(sorted(one.path for one in client.list_artifacts(job, "many")), ["many/a.bin", "many/deep"])
    os.makedirs("fetched")
    client.download_artifacts(job, "many", "fetched")
    equal(sorted(files("fetched")), ["many/a.bin", "many/deep/b.txt"])
    with open("fetched/many/a.bin", "rb") as file:
        equal(file.read(), bytes(range(256)))


@suite.check("the job's download has the artifacts of the run")
def job_download():
    ml.jobs.download(seen["job"], download_path="job")
    equal(files("job")["artifacts/reports/report.txt"], "fine\n")


suite.run()
