"""The registry: its shipped rows, the person's over them, and what it refuses."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, replace
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from modelcat import dialects, registry, tools
from modelcat.catalog import Auth, Provider
from modelcat.dialects.units import UNITS
from modelcat.errors import RegistryError
from modelcat.settings import data_file

if TYPE_CHECKING:
    from collections.abc import Iterator

SHIPPED = data_file("providers.toml").read_text("utf-8")
REGISTRY = registry.load(SHIPPED)
ALL = tuple(REGISTRY.providers.values())
IDS = [provider.id for provider in ALL]

# What the older script knew: id, key variable, base-URL variable, base URL. People's environments are full of
# these names, so they must go on working.
LEGACY = """
aihorde AIHORDE_KEY AIHORDE_API_OPENAI https://oai.aihorde.net/v1
anthropic ANTHROPIC_API_KEY ANTHROPIC_API_OPENAI https://api.anthropic.com/v1
atlascloud ATLASCLOUD_API_KEY ATLASCLOUD_API_OPENAI https://api.atlascloud.ai/v1
avian AVIAN_API_KEY AVIAN_API_OPENAI https://api.avian.io/v1
baseten BASETEN_API_KEY BASETEN_API_OPENAI https://inference.baseten.co/v1
cerebras CEREBRAS_API_KEY CEREBRAS_API_OPENAI https://api.cerebras.ai/v1
chutes CHUTES_API_KEY CHUTES_API_OPENAI https://llm.chutes.ai/v1
deepinfra DEEPINFRA_API_KEY DEEPINFRA_API_OPENAI https://api.deepinfra.com/v1/openai
deepseek DEEPSEEK_API_KEY DEEPSEEK_API_OPENAI https://api.deepseek.com/v1
enfer ENFER_API_KEY ENFER_API_OPENAI https://api.enfer.ai/v1
featherless FEATHERLESS_API_KEY FEATHERLESS_API_OPENAI https://api.featherless.ai/v1
fireworks FIREWORKS_API_KEY FIREWORKS_API_OPENAI https://api.fireworks.ai/inference/v1
friendli FRIENDLI_TOKEN FRIENDLI_API_OPENAI https://api.friendli.ai/serverless/v1
gemini GOOGLE_API_KEY GEMINI_API_OPENAI https://generativelanguage.googleapis.com/v1beta/openai
groq GROQ_API_KEY GROQ_API_OPENAI https://api.groq.com/openai/v1
huggingface HUGGINGFACEHUB_API_TOKEN HUGGINGFACE_API_OPENAI https://router.huggingface.co/v1
hyperbolic HYPERBOLIC_API_KEY HYPERBOLIC_API_OPENAI https://api.hyperbolic.xyz/v1
inference INFERENCENET_API_KEY INFERENCENET_API_OPENAI https://api.inference.net/v1
infermatic INFERMATIC_API_KEY INFERMATIC_API_OPENAI https://api.totalgpt.ai/v1
litellm - LITELLM_API_OPENAI \
https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json
llm7 LLM7_API_KEY LLM7_API_OPENAI https://api.llm7.io/v1
lmstudio LMSTUDIO_API_KEY LMSTUDIO_API_OPENAI http://othello.local:1234/v1
mancer MANCER_API_KEY MANCER_API_OPENAI https://neuro.mancer.tech/oai/v1
mistral MISTRAL_API_KEY MISTRAL_API_OPENAI https://api.mistral.ai/v1
moonshot MOONSHOT_API_KEY MOONSHOT_API_OPENAI https://api.moonshot.ai/v1
morphllm MORPHLLM_API_KEY MORPHLLM_API_OPENAI https://api.morphllm.com/v1
nebius NEBIUS_API_KEY NEBIUS_API_OPENAI https://api.studio.nebius.com/v1
nineteenai NINETEENAI_API_KEY NINETEENAI_API_OPENAI https://api.nineteen.ai/v1
novita NOVITA_API_KEY NOVITA_API_OPENAI https://api.novita.ai/v3/openai
openai OPENAI_API_KEY OPENAI_API_OPENAI https://api.openai.com/v1
openrouter OPENROUTER_API_KEY OPENROUTER_API_OPENAI https://openrouter.ai/api/v1
parasail PARASAIL_API_KEY PARASAIL_API_OPENAI https://api.parasail.io/v1
poe POE_API_KEY POE_API_OPENAI https://api.poe.com/v1
pollinations POLLINATIONS_API_KEY POLLINATIONS_API_OPENAI https://text.pollinations.ai/openai
redpill REDPILL_API_KEY REDPILL_API_OPENAI https://api.redpill.ai/v1
sambanova SAMBANOVA_API_KEY SAMBANOVA_API_OPENAI https://api.sambanova.ai/v1
targon TARGON_API_KEY TARGON_API_OPENAI https://api.targon.com/v1
togetherai TOGETHERAI_API_KEY TOGETHERAI_API_OPENAI https://api.together.xyz/v1
xai XAI_API_KEY XAI_API_OPENAI https://api.x.ai/v1
zai ZAI_API_KEY ZAI_API_OPENAI https://api.z.ai/api/paas/v4
"""
LEGACY_ROWS = [tuple(line.split()) for line in LEGACY.strip().splitlines()]

# id, the key variable to document, whether the list needs a key (y, n, ? not known), where the list is asked.
ROWS = """
ai21 AI21_API_KEY n https://api.ai21.com/studio/v1/models
aihorde AIHORDE_KEY ? https://oai.aihorde.net/v1/models
aihubmix AIHUBMIX_API_KEY n https://aihubmix.com/api/v1/models?type=llm
alibaba DASHSCOPE_API_KEY y https://dashscope-intl.aliyuncs.com/compatible-mode/v1/models
anthropic ANTHROPIC_API_KEY y https://api.anthropic.com/v1/models?limit=1000
atlascloud ATLASCLOUD_API_KEY n https://api.atlascloud.ai/v1/models
avian AVIAN_API_KEY n https://api.avian.io/v1/models
azure AZURE_API_KEY y https://{resource}.openai.azure.com/openai/v1/models
baseten BASETEN_API_KEY y https://inference.baseten.co/v1/models
bedrock AWS_BEARER_TOKEN_BEDROCK y https://bedrock-mantle.{region}.api.aws/v1/models
catwalk - n https://catwalk.charm.land/v2/providers
cerebras CEREBRAS_API_KEY n https://api.cerebras.ai/public/v1/models?format=openrouter
chutes CHUTES_API_KEY n https://llm.chutes.ai/v1/models
cloudflare CLOUDFLARE_API_TOKEN y \
https://api.cloudflare.com/client/v4/accounts/{account_id}/ai/models/search?format=openrouter&per_page=1000&page=1
cohere COHERE_API_KEY y https://api.cohere.com/v1/models?page_size=1000
cortecs CORTECS_API_KEY n https://api.cortecs.ai/v1/models
deepinfra DEEPINFRA_API_KEY n https://api.deepinfra.com/v1/openai/models
deepseek DEEPSEEK_API_KEY y https://api.deepseek.com/models
enfer ENFER_API_KEY ? https://api.enfer.ai/v1/models
featherless FEATHERLESS_API_KEY n https://api.featherless.ai/v1/models
fireworks FIREWORKS_API_KEY y https://api.fireworks.ai/inference/v1/models
friendli FRIENDLI_TOKEN n https://api.friendli.ai/serverless/v1/models
gemini GEMINI_API_KEY y https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000
github-copilot COPILOT_TOKEN y https://api.githubcopilot.com/models
github-models GITHUB_TOKEN y https://models.github.ai/catalog/models
gmicloud GMI_API_KEY ? https://api.gmi-serving.com/v1/models
groq GROQ_API_KEY y https://api.groq.com/openai/v1/models
helicone HELICONE_API_KEY n https://jawn.helicone.ai/v1/public/model-registry/models
huggingface HF_TOKEN n https://router.huggingface.co/v1/models
hyperbolic HYPERBOLIC_API_KEY ? https://api.hyperbolic.xyz/v1/models
inception INCEPTION_API_KEY ? https://api.inceptionlabs.ai/v1/models
inference INFERENCE_API_KEY n https://api.inference.net/v1/models
infermatic INFERMATIC_API_KEY y https://api.totalgpt.ai/v1/models
ionet IOINTELLIGENCE_API_KEY n https://api.intelligence.io.solutions/api/v1/models
jina JINA_API_KEY ? -
kilo KILO_API_KEY ? https://api.kilo.ai/api/gateway/models
lambda LAMBDA_API_KEY ? https://api.lambda.ai/v1/models
litellm - n https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json
llama LLAMA_API_KEY y https://api.llama.com/compat/v1/models
llamacpp - n http://127.0.0.1:8080/v1/models
llm7 LLM7_API_KEY ? https://api.llm7.io/v1/models
llmgateway LLMGATEWAY_API_KEY n https://api.llmgateway.io/v1/models
lmstudio - n http://127.0.0.1:1234/api/v1/models
mancer MANCER_API_KEY ? https://neuro.mancer.tech/oai/v1/models
meta META_MODEL_API_KEY y https://api.meta.ai/v1/models
minimax MINIMAX_API_KEY y https://api.minimax.io/anthropic/v1/models
mistral MISTRAL_API_KEY y https://api.mistral.ai/v1/models
models-dev - n https://models.dev/api.json
modelscope MODELSCOPE_API_KEY n https://api-inference.modelscope.cn/v1/models
moonshot MOONSHOT_API_KEY y https://api.moonshot.ai/v1/models
morphllm MORPH_API_KEY ? https://api.morphllm.com/v1/models
nano-gpt NANO_GPT_API_KEY ? https://nano-gpt.com/api/v1/models?detailed=true
nebius NEBIUS_API_KEY y https://api.tokenfactory.nebius.com/v1/models?verbose=true
neuralwatt NEURALWATT_API_KEY n https://api.neuralwatt.com/v1/models
nineteenai NINETEENAI_API_KEY ? https://api.nineteen.ai/v1/models
nous NOUS_API_KEY n https://inference-api.nousresearch.com/v1/models
novita NOVITA_API_KEY n https://api.novita.ai/openai/v1/models
nvidia NVIDIA_API_KEY n https://integrate.api.nvidia.com/v1/models
ollama - n http://127.0.0.1:11434/api/tags
ollama-cloud OLLAMA_API_KEY n https://ollama.com/api/tags
openai OPENAI_API_KEY y https://api.openai.com/v1/models
opencode OPENCODE_API_KEY n https://opencode.ai/zen/v1/models
opencode-go OPENCODE_API_KEY n https://opencode.ai/zen/go/v1/models
openrouter OPENROUTER_API_KEY n https://openrouter.ai/api/v1/models
ovhcloud OVHCLOUD_API_KEY n https://oai.endpoints.kepler.ai.cloud.ovh.net/v1/models
parasail PARASAIL_API_KEY y https://api.parasail.io/v1/models
perplexity PERPLEXITY_API_KEY y https://api.perplexity.ai/v1/models
pioneer PIONEER_API_KEY n https://api.pioneer.ai/base-models
poe POE_API_KEY ? https://api.poe.com/v1/models
pollinations POLLINATIONS_API_KEY n https://gen.pollinations.ai/v1/models
prime-intellect PRIME_INTELLECT_API_KEY n https://api.pinference.ai/api/v1/models
redpill REDPILL_API_KEY n https://api.redpill.ai/v1/models
requesty REQUESTY_API_KEY ? https://router.requesty.ai/v1/models
sambanova SAMBANOVA_API_KEY n https://api.sambanova.ai/v1/models
scaleway SCALEWAY_API_KEY y https://api.scaleway.ai/v1/models
siliconflow SILICONFLOW_API_KEY y https://api.siliconflow.com/v1/models
stepfun STEPFUN_API_KEY ? https://api.stepfun.ai/v1/models
synthetic SYNTHETIC_API_KEY n https://api.synthetic.new/openai/v1/models
targon TARGON_API_KEY y https://api.targon.com/v1/models
tinfoil TINFOIL_API_KEY ? https://inference.tinfoil.sh/v1/models
togetherai TOGETHER_API_KEY y https://api.together.xyz/v1/models
upstage UPSTAGE_API_KEY y https://api.upstage.ai/v1/models
venice VENICE_API_KEY n https://api.venice.ai/api/v1/models?type=text
vercel AI_GATEWAY_API_KEY n https://ai-gateway.vercel.sh/v1/models
vertex - y -
vllm - n http://127.0.0.1:8000/v1/models
volcengine ARK_API_KEY y https://ark.cn-beijing.volces.com/api/v3/models
voyage VOYAGE_API_KEY ? -
wandb WANDB_API_KEY n https://trace.wandb.ai/inference/analysis/artificialanalysis/models
xai XAI_API_KEY y https://api.x.ai/v1/language-models
xiaomi XIAOMI_API_KEY ? https://api.xiaomimimo.com/v1/models
zai ZAI_API_KEY y https://api.z.ai/api/paas/v4/models
zenmux ZENMUX_API_KEY ? https://zenmux.ai/api/v1/models
zhipu ZHIPU_API_KEY y https://open.bigmodel.cn/api/paas/v4/models
"""
ROW_TABLE = [tuple(line.split()) for line in ROWS.strip().splitlines()]

OFF = {"enfer", "github-models", "hyperbolic", "lambda", "llama", "nineteenai", "targon"}
# Codex can only be given providers that serve POST /responses.
RESPONSES = {
    "azure",
    "fireworks",
    "groq",
    "huggingface",
    "lmstudio",
    "ollama",
    "openai",
    "openrouter",
    "perplexity",
    "poe",
    "vercel",
    "vllm",
    "xai",
}
# A wrong unit is a price wrong by a factor of a million, so each is said twice.
UNITS_USED = {
    "per_token": "atlascloud baseten cerebras cloudflare inception ionet kilo litellm llmgateway nebius nous "
    "openrouter ovhcloud redpill requesty sambanova synthetic targon vercel wandb",
    "per_million": "aihubmix avian catwalk chutes deepinfra friendli helicone huggingface mancer models-dev "
    "nano-gpt neuralwatt pioneer prime-intellect togetherai venice",
    "ten_thousandths_per_million": "novita xai",
}
OTHER_SHAPES = {
    "anthropic": "anthropic",
    "atlascloud": "atlascloud",
    "catwalk": "catwalk",
    "chutes": "chutes",
    "cloudflare": "cloudflare",
    "cohere": "cohere",
    "gemini": "gemini",
    "github-copilot": "copilot",
    "helicone": "helicone",
    "huggingface": "huggingface",
    "litellm": "litellm",
    "lmstudio": "lmstudio",
    "minimax": "anthropic",
    "models-dev": "models_dev",
    "ollama": "ollama",
    "ollama-cloud": "ollama",
    "xai": "xai",
}
MODELS_DEV = {
    "bedrock": "amazon-bedrock",
    "cloudflare": "cloudflare-workers-ai",
    "fireworks": "fireworks-ai",
    "gemini": "google",
    "ionet": "io-net",
    "moonshot": "moonshotai",
    "morphllm": "morph",
    "novita": "novita-ai",
    "redpill": "phala",
    "vertex": "google-vertex",
    "zhipu": "zhipuai",
}
LITELLM = {
    "featherless": "featherless_ai",
    "fireworks": "fireworks_ai",
    "friendli": "friendliai",
    "jina": "jina_ai",
    "morphllm": "morph",
    "togetherai": "together_ai",
    "vercel": "vercel_ai_gateway",
}


def overlaid(text: str) -> registry.Registry:
    return registry.load(SHIPPED, text, "shipped.toml", "mine.toml")


def test_the_shipped_file_stands_the_checks_of_a_persons_own() -> None:
    as_own = registry.load("", SHIPPED, "none.toml", "shipped.toml").providers
    assert {name: replace(provider, trusted=True, opt_in=False) for name, provider in as_own.items()} == {
        name: replace(provider, opt_in=False) for name, provider in REGISTRY.providers.items()
    }


def test_every_row_is_there_and_none_is_unaccounted_for() -> None:
    assert [row[0] for row in ROW_TABLE] == IDS
    assert len(IDS) == 94


@pytest.mark.parametrize(("name", "variable", "needs_key", "url"), ROW_TABLE, ids=IDS)
def test_row(name: str, variable: str, needs_key: str, url: str) -> None:
    provider = REGISTRY.get(name)
    assert (provider.api_key_env or ("-",))[0] == variable
    assert provider.needs_key_for_list is {"y": True, "n": False, "?": None}[needs_key] or name == "vertex"
    assert (provider.models_url or "-") == url
    assert provider.name
    assert provider.docs


def test_what_is_off_says_why_and_the_rest_is_asked() -> None:
    assert {provider.id for provider in ALL if not provider.enabled} == OFF
    assert all((provider.disabled_reason is None) == provider.enabled for provider in ALL)
    assert {provider.id for provider in ALL if provider.opt_in} == {"github-copilot"}
    asked = [p for p in ALL if p.enabled and not p.opt_in and p.models_url]
    assert len(asked) == 83


def test_data_sources_are_no_providers() -> None:
    assert {provider.id for provider in ALL if provider.kind == "data"} == {
        "catwalk",
        "litellm",
        "models-dev",
    }


@pytest.mark.parametrize(("name", "variable", "url_variable", "url"), LEGACY_ROWS)
def test_the_older_names_go_on_working(name: str, variable: str, url_variable: str, url: str) -> None:
    provider = REGISTRY.get(name)
    assert variable in (*provider.api_key_env, *provider.optional_key_env, "-")
    assert provider.base_url_env == (url_variable,)
    assert provider.legacy_base_url == url


def test_the_older_forty_are_all() -> None:
    assert len(LEGACY_ROWS) == 40
    assert {p.id for p in ALL if p.legacy_base_url or p.base_url_env} == {row[0] for row in LEGACY_ROWS}


def test_responses_api() -> None:
    assert {provider.id for provider in ALL if provider.serves_responses_api} == RESPONSES


def test_price_units() -> None:
    found = {unit: " ".join(p.id for p in ALL if p.price_unit == unit) for unit in UNITS if unit != "none"}
    assert {unit: names for unit, names in found.items() if names} == UNITS_USED


def test_dialects_load_and_are_those_the_shapes_need() -> None:
    for provider in ALL:
        assert dialects.load(provider.dialect).name == provider.dialect
    assert {p.id: p.dialect for p in ALL if p.dialect != "openai"} == OTHER_SHAPES


@pytest.mark.parametrize(("name", "known_as"), MODELS_DEV.items())
def test_name_at_models_dev(name: str, known_as: str) -> None:
    assert REGISTRY.get(name).models_dev[0] == known_as


@pytest.mark.parametrize(("name", "known_as"), LITELLM.items())
def test_name_at_litellm(name: str, known_as: str) -> None:
    assert REGISTRY.get(name).litellm[0] == known_as


def test_keys_in_other_headers_than_bearer() -> None:
    assert {p.id: p.auth for p in ALL if p.auth != "bearer"} == {
        "anthropic": "x-api-key",
        "azure": "api-key",
        "gemini": "x-goog-api-key",
        "minimax": "x-api-key",
        "vertex": "none",
    }


def test_parts_of_urls_that_are_the_persons() -> None:
    assert {p.id: p.url_env for p in ALL if p.url_env} == {
        "azure": (("resource", "AZURE_RESOURCE_NAME"),),
        "bedrock": (("region", "AWS_REGION"),),
        "cloudflare": (("account_id", "CLOUDFLARE_ACCOUNT_ID"),),
    }
    assert REGISTRY.get("vertex").also_needs == ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_VERTEX_PROJECT")


def test_local_servers_are_sent_no_key_unasked() -> None:
    local = {provider.id: provider for provider in ALL if provider.local}
    assert local.keys() == {"llamacpp", "lmstudio", "ollama", "vllm"}
    assert all(not provider.api_key_env for provider in local.values())
    assert {name: p.optional_key_env for name, p in local.items()} == {
        "llamacpp": ("LLAMA_API_KEY",),
        "lmstudio": ("LMSTUDIO_API_KEY",),
        "ollama": (),
        "vllm": ("VLLM_API_KEY",),
    }


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("mistral", {"created"}),
        ("llm7", {"created"}),
        ("moonshot", {"created"}),
        ("vllm", {"created", "permission"}),
        ("llamacpp", {"created"}),
        ("chutes", {"created", "invocation_count", "active_instances", "total_instances"}),
        ("togetherai", {"running"}),
        ("lmstudio", {"loaded_instances"}),
        ("featherless", {"available_on_current_plan"}),
    ],
)
def test_fields_of_the_moment_stay_out_of_git(name: str, fields: set[str]) -> None:
    assert fields <= set(REGISTRY.get(name).volatile)


def test_other_particulars() -> None:
    assert "ft:*" in REGISTRY.get("openai").private_ids
    assert REGISTRY.get("aihorde").anonymous_key == "0000000000"
    assert {p.id for p in ALL if p.unsteady} == {"aihorde", "llamacpp", "vllm"}
    assert REGISTRY.get("chutes").details_url == (
        "https://api.chutes.ai/chutes/?include_public=true&limit=100&page=0"
    )
    assert REGISTRY.get("cerebras").models_url_fallbacks == ("https://api.cerebras.ai/public/v1/models",)
    assert REGISTRY.get("lmstudio").models_url_fallbacks == (
        "http://127.0.0.1:1234/api/v0/models",
        "http://127.0.0.1:1234/v1/models",
    )
    assert "https://api.novita.ai/v3/openai" in REGISTRY.get("novita").former_base_urls
    assert "https://api.studio.nebius.com/v1" in REGISTRY.get("nebius").former_base_urls
    assert "https://text.pollinations.ai/openai" in REGISTRY.get("pollinations").former_base_urls


def test_former_base_urls_belong_to_one_provider() -> None:
    taken: dict[str, str] = {}
    for provider in ALL:
        for url in {provider.base_url, *provider.former_base_urls} - {""}:
            assert taken.setdefault(url, provider.id) == provider.id


def test_the_file_reads_well() -> None:
    headers = re.findall(r"^\[providers\.([^.\]]+)\]$", SHIPPED, re.MULTILINE)
    assert headers == sorted(headers) == sorted(tomllib.loads(SHIPPED)["providers"])
    assert max(map(len, SHIPPED.splitlines())) <= 145


def test_no_default_is_written_out() -> None:
    plain = Provider("", "", "openai", "")
    for name, row in tomllib.loads(SHIPPED)["providers"].items():
        for key, value in row.items():
            if key not in {"name", "base_url", "models_url", "url_env", "fields", "needs_key_for_list"}:
                assert value != getattr(plain, key), f"{name}.{key}"
        if row.get("base_url"):
            assert row.get("models_url") != row["base_url"] + "/models", name


# --- the person's own file over it


def test_no_overlay_changes_nothing() -> None:
    assert overlaid("").providers == REGISTRY.providers
    assert overlaid("# nothing yet\n[providers]\n").providers == REGISTRY.providers


def test_own_provider_with_the_least_said() -> None:
    found = overlaid('[providers.acme]\nbase_url = "https://acme.example/v1/"\n')
    assert found.get("acme") == Provider(
        "acme", "acme", "openai", "https://acme.example/v1", "https://acme.example/v1/models"
    )
    assert found.changed == {"acme"}
    assert "acme" not in found.shipped
    assert list(found.providers) == sorted(found.providers)


def test_one_field_of_a_shipped_provider() -> None:
    found = overlaid('[providers.groq]\nname = "mine"\n').get("groq")
    assert found == replace(REGISTRY.get("groq"), name="mine")


def test_switching_off_and_on() -> None:
    assert not overlaid("[providers.groq]\nenabled = false").get("groq").enabled
    on = overlaid("[providers.hyperbolic]\nenabled = true").get("hyperbolic")
    assert on.enabled
    assert on.disabled_reason is None


def test_a_table_for_a_borrowed_provider_asks_for_it() -> None:
    assert not overlaid("[providers.github-copilot]\n").get("github-copilot").opt_in
    assert overlaid("[providers.github-copilot]\nopt_in = true").get("github-copilot").opt_in


def test_tables_for_tools_are_merged_key_by_key() -> None:
    both = registry.load(
        '[providers.a]\nbase_url = "https://a.example"\n'
        'tools.aichat = { name = "x", type = "openai" }\ntools.mods = { name = "m" }\n',
        '[providers.a.tools.aichat]\nname = "y"\n',
    )
    assert both.get("a").tools == {"aichat": {"name": "y", "type": "openai"}, "mods": {"name": "m"}}


def test_another_base_url_moves_the_list_too() -> None:
    found = overlaid('[providers.moonshot]\nbase_url = "https://api.moonshot.cn/v1"').get("moonshot")
    assert found.models_url == "https://api.moonshot.cn/v1/models"
    elsewhere = overlaid(
        '[providers.cohere]\nbase_url = "https://c.example/v1"\n'
        'models_url = "https://c.example/list"\ndialect = "cohere"\n'
    ).get("cohere")
    assert (elsewhere.models_url, elsewhere.dialect) == ("https://c.example/list", "cohere")


def test_a_provider_without_a_list() -> None:
    assert (
        overlaid('[providers.a]\nbase_url = "https://a.example"\nmodels_url = ""').get("a").models_url is None
    )
    assert overlaid('[providers.groq]\nmodels_url = ""').get("groq").models_url is None


@pytest.mark.parametrize(
    ("row", "local"),
    [
        ('base_url = "http://192.168.1.5:8000/v1"', True),
        ('base_url = "http://192.168.1.5:8000/v1"\napi_key_env = ["BOX_KEY"]', False),
        ('base_url = "http://192.168.1.5:8000/v1"\nlocal = false', False),
        ('base_url = "https://a.example/v1"', False),
    ],
)
def test_own_servers_nearby_are_local(row: str, local: bool) -> None:
    assert overlaid(f"[providers.box]\n{row}\n").get("box").local is local


# --- trust: providers.toml may be shared, keys may not


@pytest.mark.parametrize(
    ("row", "trusted"),
    [
        ('[providers.groq]\nname = "mine"', True),
        ("[providers.groq]\nenabled = false", True),
        ('[providers.groq]\nbase_url = "https://evil.example/v1"', False),
        ('[providers.groq]\nbase_url = "https://api.groq.com/v2"', True),
        ('[providers.groq]\napi_key_env = ["OPENAI_API_KEY"]', False),
        ('[providers.groq]\nmodels_url = "https://evil.example/v1/models"', True),
        ('[providers.new]\nbase_url = "https://new.example"', True),
        ('[providers.new]\nbase_url = "https://new.example"\napi_key_env = ["AWS_SECRET_ACCESS_KEY"]', False),
        ('[providers.new]\nbase_url = "https://api.openai.com/v1"\napi_key_env = ["OPENAI_API_KEY"]', True),
        (
            '[providers.new]\nbase_url = "https://api.openai.com:8443/v1"\napi_key_env = ["OPENAI_API_KEY"]',
            False,
        ),
        ('[providers.new]\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = ["X"]', True),
        ('[providers.new]\nbase_url = "http://10.0.0.9/v1"\napi_key_env = ["X"]', False),
        ('[providers.new]\nbase_url = "https://e.example/{x}"\nurl_env = { x = "HOME" }', False),
        (
            '[providers.new]\nbase_url = "http://localhost/v1"\nmodels_url = "https://e.example/{x}"\n'
            'url_env = { x = "SECRET" }',
            False,
        ),
        ('[providers.cloudflare]\nmodels_url = "https://e.example/{account_id}"', False),
    ],
)
def test_what_a_shared_file_may_send_where(row: str, trusted: bool) -> None:
    name = row.split("]", 1)[0].removeprefix("[providers.")
    assert overlaid(row).get(name).trusted is trusted


def test_all_shipped_providers_are_trusted() -> None:
    assert all(provider.trusted for provider in ALL)


# --- what it refuses


BAD = [
    ("[providers.x]\nbase_url = \n", "mine.toml:2:12: not valid TOML"),
    ("[providers.x", "mine.toml:1:13: not valid TOML"),
    ("[providers.x]\na = 1\n[providers.x]\n", "mine.toml:3:13: not valid TOML"),
    ("[provider.x]\n", "mine.toml:1:2: provider: unknown key; did you mean providers?"),
    ("providers = 3\n", "mine.toml:1:1: providers: expected a table, found a whole number"),
    ("providers.x = 3\n", "mine.toml:1:11: providers.x: expected a table"),
    ("[providers.x]\n\n  base_ur = 'https://x.example'\n", "mine.toml:3:3: providers.x.base_ur: unknown key"),
    ("[providers.x]\nbase_ur = ''\n", "did you mean base_url"),
    ("[providers.x]\nname = 'x'\n", "mine.toml:1:12: providers.x: base_url is missing"),
    (
        "[providers.X]\nbase_url = 'https://x.example'\n",
        "mine.toml:1:12: providers.X: expected a name of lower",
    ),
    ("[providers.'../up']\nbase_url = 'https://x.example'\n", "expected a name of lower-case letters"),
    ("[providers.con]\nbase_url = 'https://x.example'\n", "expected a name of lower-case letters"),
    ("[providers.'a.']\nbase_url = 'https://x.example'\n", "expected a name of lower-case letters"),
    ("[providers.groq]\nenabled = 'no'\n", "expected true or false, found a string"),
    (
        "[providers.groq]\nname = 3\n",
        "mine.toml:2:1: providers.groq.name: expected a string, found a whole number",
    ),
    ("[providers.groq]\nname = 2026-01-01\n", "expected a string, found a date or time"),
    ("[providers.groq]\napi_key_env = 'GROQ'\n", "expected a list of strings, found a string"),
    (
        "[providers.groq]\napi_key_env = ['A', 3]\n",
        "expected a list of strings, found a list with other things",
    ),
    ("[providers.groq]\napi_key_env = ['not-a-name']\n", "expected names of environment variables"),
    ("[providers.groq]\ndialect = 'openia'\n", '"openia" is not known; did you mean openai'),
    ("[providers.groq]\nprice_unit = 'per_tokens'\n", "did you mean per_token"),
    ("[providers.groq]\nauth = 'basic'\n", "expected one of bearer, x-api-key"),
    ("[providers.groq]\nmode = 'chatty'\n", "did you mean chat"),
    ("[providers.groq]\nkind = 'url'\n", "expected one of provider, data"),
    (
        "[providers.groq.fields]\nmax_output = 'x'\n",
        "groq.fields.max_output: unknown key; did you mean max_output_t",
    ),
    ("[providers.groq.fields]\nname = 3\n", "expected a list of strings"),
    ("[providers.groq.tools.codx]\nname = 'x'\n", "tools.codx: unknown key; did you mean codex"),
    ("[providers.groq.tools]\ncodex = 'x'\n", "expected a table"),
    ("[providers.groq]\nurl_env = { a = 'A' }\n", "no URL of this provider has {a} in it"),
    ("[providers.groq]\nbase_url = 'https://{a}.example'\n", "{a} is filled by nothing"),
    (
        "[providers.groq]\nbase_url = 'https://{a}.example'\nurl_env = { a = 'a b' }\n",
        "expected the name of an env",
    ),
    (
        "[providers.groq]\nbase_url = 'https://x.example/{k}'\nurl_env = { k = 'GROQ_API_KEY' }\n",
        "is a key, and a key",
    ),
]


@pytest.mark.parametrize(("text", "expected"), BAD, ids=[text.replace("\n", "|")[:60] for text, _ in BAD])
def test_refused(text: str, expected: str) -> None:
    with pytest.raises(RegistryError) as error:
        overlaid(text)
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


def test_a_key_written_where_its_name_should_be_is_not_repeated() -> None:
    with pytest.raises(RegistryError) as error:
        overlaid('[providers.groq]\napi_key_env = ["gsk-4242424242"]\n')
    assert "4242" not in str(error.value)


@pytest.mark.parametrize("key", ["base_url", "models_url", "details_url", "docs", "legacy_base_url"])
def test_every_url_is_looked_at(key: str) -> None:
    with pytest.raises(RegistryError, match=rf"mine.toml:2:1: providers.groq.{key}: expected https"):
        overlaid(f'[providers.groq]\n{key} = "http://api.example.com"\n')


@pytest.mark.parametrize("key", ["models_url_fallbacks", "former_base_urls"])
def test_every_url_in_a_list_too(key: str) -> None:
    with pytest.raises(RegistryError, match="expected https"):
        overlaid(f'[providers.groq]\n{key} = ["https://a.example", "http://api.example.com"]\n')


def test_unknown_provider_names_the_nearest() -> None:
    with pytest.raises(RegistryError, match="no provider is called 'OpenRuter'; did you mean openrouter"):
        REGISTRY.get("OpenRuter")
    with pytest.raises(RegistryError, match="providers list"):
        REGISTRY.get("qqqqqq")


# --- moving a provider to another place


def test_moved_is_asked_plainly() -> None:
    found = registry.moved(REGISTRY.get("cerebras"), "https://proxy.example/v1/")
    assert found.base_url == "https://proxy.example/v1"
    assert found.models_url == "https://proxy.example/v1/models"
    assert found.models_url_fallbacks == ()
    assert found.needs_key_for_list is None


@pytest.mark.parametrize(
    ("name", "dialect", "auth"),
    [
        ("anthropic", "anthropic", "x-api-key"),
        ("gemini", "openai", "bearer"),
        ("minimax", "openai", "bearer"),
        ("azure", "openai", "api-key"),
        ("cohere", "openai", "bearer"),
        ("chutes", "openai", "bearer"),
        ("xai", "openai", "bearer"),
    ],
)
def test_moved_speaks_the_plain_dialect_of_its_base(name: str, dialect: str, auth: Auth) -> None:
    found = registry.moved(REGISTRY.get(name), "https://proxy.example/v1")
    assert (found.dialect, found.auth, found.url_env, found.details_url) == (dialect, auth, (), None)
    assert auth in get_args(Auth)


def test_moved_data_source_is_asked_at_the_url_itself() -> None:
    found = registry.moved(REGISTRY.get("litellm"), "https://mirror.example/prices.json")
    assert (found.models_url, found.dialect) == ("https://mirror.example/prices.json", "litellm")


@pytest.mark.parametrize("provider", [p for p in ALL if p.base_url], ids=lambda p: p.id)
def test_moving_to_where_it_is_changes_nothing(provider: Provider) -> None:
    assert registry.moved(provider, provider.base_url + "/") == provider


@pytest.mark.parametrize(
    ("row", "models_url", "dialect"),
    [
        ('[providers.ollama]\nbase_url = "http://box:11434/v1"', "http://box:11434/api/tags", "ollama"),
        ('[providers.ollama]\nbase_url = "https://o.example/v1"', "https://o.example/api/tags", "ollama"),
        (
            '[providers.lmstudio]\nbase_url = "http://box:1/v1"',
            "http://box:1/api/v1/models",
            "lmstudio",
        ),
        (
            '[providers.ollama]\nbase_url = "http://box:11434/v1"\ndialect = "openai"',
            "http://box:11434/v1/models",
            "openai",
        ),
        (
            '[providers.mine]\nbase_url = "http://box:11434/v1"\ndialect = "ollama"',
            "http://box:11434/api/tags",
            "ollama",
        ),
        (
            '[providers.mine]\nbase_url = "http://box/v1"\ndialect = "ollama"\nmodels_url = "http://box/x"',
            "http://box/x",
            "ollama",
        ),
    ],
)
def test_server_programs_have_their_list_at_one_path_of_the_host(
    row: str, models_url: str, dialect: str
) -> None:
    name = row.split("]", 1)[0].removeprefix("[providers.")
    found = overlaid(row).get(name)
    assert (found.models_url, found.dialect, found.local) == (models_url, dialect, True)
    assert all(url.startswith("http://box:1/") for url in found.models_url_fallbacks)


# --- laws

_names = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,12}[a-z0-9]", fullmatch=True)


def _toml(rows: dict[str, str]) -> str:
    return "".join(
        f'[providers.{name}]\nbase_url = "https://{host}.example/v1"\n' for name, host in rows.items()
    )


def _own(names: dict[str, str]) -> Iterator[str]:
    return (
        name for name in names if name not in REGISTRY.shipped and name not in {"con", "prn", "aux", "nul"}
    )


@examples(deadline=None, max_examples=40)
@given(st.dictionaries(_names, _names.map(lambda name: name.replace("_", "-")), max_size=8))
def test_own_providers_are_added_and_no_other_is_touched(rows: dict[str, str]) -> None:
    rows = {name: rows[name] for name in _own(rows) if not re.fullmatch(r"(com|lpt)\d", name)}
    found = overlaid(_toml(rows))
    assert found.providers.keys() == REGISTRY.providers.keys() | rows.keys()
    assert all(found.providers[name] == REGISTRY.providers[name] for name in IDS)
    assert found.changed == rows.keys()


@examples(deadline=None)
@given(st.text(max_size=60))
def test_no_text_ends_in_anything_but_a_registry_or_its_error(text: str) -> None:
    said = "mine.toml"
    try:
        registry.load("", text, "none.toml", "mine.toml")
    except RegistryError as error:
        said = str(error)
    assert said.startswith("mine.toml")


def test_every_tool_named_in_a_row_exists() -> None:
    assert all(tool in tools.names() for provider in ALL for tool in provider.tools)


def test_the_table_in_the_docs_is_the_registry() -> None:
    docs = (data_file("providers.toml").parent.parent / "docs" / "providers.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| \[(.+)\]\((.+)\) \| (.+) \| (.+) \|$", docs, re.MULTILINE)
    assert [row[0] for row in rows] == [provider.id for provider in ALL if provider.kind == "provider"]
    for name, title, url, variables, lists in rows:
        provider = REGISTRY.get(name)
        assert (title, url) == (provider.name, provider.docs)
        named = (*provider.api_key_env, *(var for _, var in provider.url_env), *provider.also_needs)
        assert tuple(re.findall(r"`([^`]+)`", variables)) == named
        says = {True: "yes", False: "no", None: "?"}[provider.needs_key_for_list]
        assert lists == ("off" if not provider.enabled else says if provider.models_url else "no list")


def test_the_docs_tell_every_key_of_a_table() -> None:
    docs = (data_file("providers.toml").parent.parent / "docs" / "providers.md").read_text("utf-8")
    table = docs.split("### Every key of a table")[1].split("\n## ")[0]
    told = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE))))
    found = {item.name for item in fields(Provider)} - {"id", "trusted", "tools"}
    assert found <= told
    assert "`tools.<tool>`" in table


def test_the_examples_in_the_docs_are_taken() -> None:
    docs = (data_file("providers.toml").parent.parent / "docs" / "providers.md").read_text("utf-8")
    examples = [text for text in re.findall(r"```toml\n(.*?)```", docs, re.DOTALL) if "[providers" in text]
    assert len(examples) == 2
    for example in examples:
        overlaid(example)
