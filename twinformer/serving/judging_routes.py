"""Models that do not write: POST /classify and /v1/embeddings."""
import asyncio
import base64
import math
from typing import Any

import numpy as np
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from .bodies import ClassifyBody, EmbeddingsBody
from .overview_routes import same_model
from .service import Service

__all__ = ["add_judging"]


def add_judging(app: FastAPI, service: Service) -> None:
    turn = asyncio.Lock()       # one forward pass at a time

    @app.post("/classify")
    async def classify(body: ClassifyBody):
        if service.classifier is None:
            raise HTTPException(400, f"{service.name} is no classifier; serve a run of twinformer "
                                     "classify")
        texts = [body.texts] if isinstance(body.texts, str) else body.texts
        async with turn:
            found = await asyncio.to_thread(service.classifier.probabilities, texts)
        classes = service.classifier.classes
        return {"model": service.name, "results": [
            {"label": classes[int(row.argmax())],
             "probabilities": dict(zip(classes, row.tolist(), strict=True))} for row in found]}

    @app.post("/v1/embeddings")
    async def embeddings(body: EmbeddingsBody):
        same_model(service, body.model)
        if service.encoder is None:
            raise HTTPException(400, f"{service.name} gives no embeddings; serve a BERT")
        if body.dimensions is not None:
            raise HTTPException(400, "dimensions is not to be had here: a vector is as wide as "
                                     "the model")
        given: Any = body.input
        inputs = [given] if isinstance(given, str) or (given and isinstance(given[0], int)) \
            else given
        if not inputs:
            raise ValueError("input is an empty list; give at least one text")
        async with turn:
            vectors, read = await asyncio.to_thread(service.encoder, inputs)
        return {"object": "list", "model": service.name, "data": [
            {"object": "embedding", "index": index, "embedding": wanted(vector, body)}
            for index, vector in enumerate(vectors)],
            "usage": {"prompt_tokens": read, "total_tokens": read}}


def wanted(vector: np.ndarray, body: EmbeddingsBody) -> list[float] | str:
    if body.encoding_format == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(x) if math.isfinite(x) else 0.0 for x in vector]
