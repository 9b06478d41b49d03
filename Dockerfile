# twinformer on the processor:  docker build -t twinformer .
# For an NVIDIA GPU:            docker build -t twinformer --build-arg TORCH= .
FROM python:3.12-slim
# Where the torch that needs no GPU comes from; empty: the one with CUDA
ARG TORCH="--index-url https://download.pytorch.org/whl/cpu"
WORKDIR /twinformer
COPY . .
RUN pip install --no-cache-dir "$(grep ^torch== constraints.txt)" ${TORCH} \
 && pip install --no-cache-dir -e '.[serve]' -c constraints.txt
# Nothing in it needs to be root; runs are the user's
RUN useradd --create-home reader && mkdir -p runs && chown reader runs
USER reader
VOLUME /twinformer/runs
EXPOSE 8000
ENTRYPOINT ["twinformer"]
