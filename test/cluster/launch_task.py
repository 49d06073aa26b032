"""Does with one task what Metaflow's client does with it, by Metaflow's own code, in the cluster of KUBECONFIG.

python launch_task.py launch|kill STEP, with the variables of configs/metaflow_gcp.yaml. Prints the Job's name; `kill`
takes the Job back again, as Ctrl-C does. Only the datastore is made up, of which nothing but its type is asked.
"""

import os
import sys
from types import SimpleNamespace

from metaflow.metaflow_config import (
    KUBERNETES_CONTAINER_IMAGE,
    KUBERNETES_NAMESPACE,
    KUBERNETES_SERVICE_ACCOUNT,
)
from metaflow.metaflow_environment import MetaflowEnvironment
from metaflow.plugins.kubernetes.kubernetes import Kubernetes
from metaflow.plugins.kubernetes.kubernetes_decorator import KubernetesDecorator

action, step = sys.argv[1:]
client = Kubernetes(SimpleNamespace(TYPE="gs"), None, MetaflowEnvironment(None))
client.launch_job(
    flow_name="Sentinel2Flow",
    run_id="1",
    step_name=step,
    task_id="2",
    attempt="0",
    user="ana",
    code_package_metadata="{}",
    code_package_sha="0" * 40,
    code_package_url="gs://bucket/Sentinel2Flow/data/code",
    code_package_ds="gs",
    step_cli="python flow.py step %s" % step,
    docker_image=KUBERNETES_CONTAINER_IMAGE,
    docker_image_pull_policy=None,
    service_account=KUBERNETES_SERVICE_ACCOUNT,
    namespace=KUBERNETES_NAMESPACE,
    **{name: KubernetesDecorator.defaults[name] for name in ("cpu", "memory", "disk", "qos")},
    run_time_limit=3600,
    env={},
    labels={"team": "earth"},
    annotations={},
    secrets=[],
)
job = client._job
print(job._name, flush=True)
if action == "kill":
    job.kill()
    assert job.is_done, job.status
# Metaflow takes its Jobs back when its process ends: these stay, or have been.
os._exit(0)
