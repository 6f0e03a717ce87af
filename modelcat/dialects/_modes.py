"""What a model is for: from the provider's words for it, from what it puts out, from its id.

Where the provider says nothing, the id decides, word by word; what no word gives away is for chat.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.catalog import Mode

_WORDS: Final[dict[str, Mode]] = {
    **dict.fromkeys(
        (
            "chat",
            "language",
            "text",
            "llm",
            "vlm",
            "code",
            "responses",
            "messages",
            "chat_completion",
            "chat_completions",
            "chat/completions",
            "v1/chat/completions",
            "/v1/chat/completions",
            "/chat/completions",
            "/responses",
            "/v1/messages",
            "completion_chat",
            "supports_chat",
            "is_chat_model",
            "generatecontent",
            "text_generation",
            "text2text",
            "image_text_to_text",
            "multimodal",
            "openai",
            "anthropic",
        ),
        "chat",
    ),
    **dict.fromkeys(
        (
            "embed",
            "embedding",
            "embeddings",
            "/v1/embeddings",
            "/embeddings",
            "embedcontent",
            "text_embedding",
            "text_embeddings",
            "feature_extraction",
            "embed_image",
            "embedding_model",
        ),
        "embedding",
    ),
    **dict.fromkeys(
        ("rerank", "reranker", "reranking", "jina_rerank", "/v1/rerank", "text_ranking"), "rerank"
    ),
    **dict.fromkeys(
        (
            "image",
            "images",
            "image_generation",
            "image_edit",
            "image_variation",
            "text_to_image",
            "text2image",
            "image_to_image",
            "/v1/images/generations",
            "predict",
            "flumina_base_model",
            "inpaint",
            "upscale",
        ),
        "image",
    ),
    **dict.fromkeys(
        (
            "audio",
            "tts",
            "asr",
            "stt",
            "speech",
            "music",
            "transcribe",
            "transcription",
            "transcriptions",
            "audio_transcription",
            "audio_speech",
            "audio_generation",
            "text_to_speech",
            "speech_to_text",
            "automatic_speech_recognition",
            "/v1/audio/speech",
            "/v1/audio/transcriptions",
            "realtime",
        ),
        "audio",
    ),
    **dict.fromkeys(
        ("video", "video_generation", "text_to_video", "image_to_video", "predictlongrunning"), "video"
    ),
    **dict.fromkeys(("moderation", "moderations", "safety", "/v1/moderations"), "moderation"),
    **dict.fromkeys(
        (
            "completion",
            "completions",
            "text_completion",
            "classify",
            "classification",
            "text_classification",
            "ocr",
            "search",
            "generateanswer",
            "vector_store",
            "3d",
            "translation",
            "summarization",
            "object_detection",
            "image_classification",
            "image_to_text",
        ),
        "other",
    ),
}
# Chat wins where a model does several things; "other" only speaks where nothing better does.
_RANK: Final[tuple[Mode, ...]] = (
    "chat",
    "embedding",
    "rerank",
    "moderation",
    "image",
    "video",
    "audio",
    "other",
)

_ANY_OUTPUT: Final[dict[str, Mode]] = {
    **dict.fromkeys(
        [
            "embed",
            "embedding",
            "embeddings",
            "embedqa",
            "bge",
            "gte",
            "e5",
            "minilm",
            "retrieval",
            "colbert",
            "text2vec",
            "voyage",
            "sentence",
            "mpnet",
            "clip",
        ],
        "embedding",
    ),
    **dict.fromkeys(["rerank", "reranker", "ranker", "rerankqa"], "rerank"),
    **dict.fromkeys(["moderation", "guard", "guardian", "shieldgemma", "llamaguard"], "moderation"),
    **dict.fromkeys(["davinci", "babbage", "ada", "curie", "aqa"], "other"),
}
"""Words of an id that settle the matter even where a model is said to put out text."""
_NO_TEXT: Final[dict[str, Mode]] = {
    **dict.fromkeys(
        [
            "dall",
            "image",
            "imagen",
            "flux",
            "sdxl",
            "diffusion",
            "midjourney",
            "recraft",
            "ideogram",
            "sd3",
            "seedream",
            "hidream",
            "kolors",
        ],
        "image",
    ),
    **dict.fromkeys(["video", "sora", "veo", "kling", "hailuo", "seedance", "t2v", "i2v"], "video"),
    **dict.fromkeys(
        [
            "whisper",
            "tts",
            "stt",
            "asr",
            "transcribe",
            "speech",
            "realtime",
            "musicgen",
            "lyria",
            "kokoro",
            "orpheus",
            "parakeet",
        ],
        "audio",
    ),
}
"""Words of an id that count only where it is not known what the model puts out."""
_GIVING: Final = frozenset(_ANY_OUTPUT) | frozenset(_NO_TEXT)
_SEPARATORS: Final = "/:_.@* "
"""Of the words of an id, besides the hyphen."""


@lru_cache(maxsize=1024)
def mode_by_words(words: tuple[str, ...]) -> Mode | None:
    """The mode the provider's own words name; None where it knows none of them."""
    found = {mode for word in words if (mode := _WORDS.get(word))}
    return next((mode for mode in _RANK if mode in found), None)


def mode_by_output(inputs: Sequence[str], outputs: Sequence[str]) -> Mode | None:
    """The mode of a model that puts out something else than text, or hears and does not read."""
    if not outputs:
        return None
    if "text" in outputs:
        return "audio" if inputs == ("audio",) else None
    for mode in ("image", "video", "audio"):
        if mode in outputs:
            return mode
    return None


def mode_by_id(model_id: str, outputs: Sequence[str]) -> Mode | None:
    """The mode that a word in the id gives away."""
    text = model_id.lower()
    # A third of the time that str.translate takes, where most ids have one or two of them.
    for separator in _SEPARATORS:
        if separator in text:
            text = text.replace(separator, "-")
    parts = text.split("-")
    # Most ids hold none of the words, and this is the quickest way to know.
    if _GIVING.isdisjoint(parts):
        return None
    for table in (_ANY_OUTPUT,) if outputs else (_ANY_OUTPUT, _NO_TEXT):
        for part in parts:
            if part in table:
                return table[part]
    return None
