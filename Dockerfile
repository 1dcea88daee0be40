# ConvScope as an image: one process for the dashboard, a user without rights, two volumes.
#   docker build -t convscope .                           PyTorch for the processor
#   docker build -t convscope --build-arg TORCH=cuda .    PyTorch for NVIDIA GPUs too (about 4 GB more)
# compose.yaml runs it with a read-only tree.

FROM python:3.11-slim

ARG TORCH=cpu

# tini is process 1: it hands signals on, and takes leave of the processes of trainings that outlive their parents
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 convscope \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin convscope \
 && install -d -o 10001 -g 10001 /runs /data

WORKDIR /app

# what changes seldom comes first, so that a change of ours does not fetch PyTorch again
COPY requirements.txt ./
RUN case "$TORCH" in \
      cpu) pip install --no-cache-dir $(grep -oE '^torch(vision)?==[0-9.]+' requirements.txt) \
             --index-url https://download.pytorch.org/whl/cpu ;; \
      cuda) ;; \
      *) echo "TORCH is $TORCH, but must be cpu or cuda." >&2; exit 1 ;; \
    esac \
 && pip install --no-cache-dir -r requirements.txt

COPY app.py LICENSE ./
COPY .streamlit .streamlit
COPY assets assets
COPY cnn_core cnn_core
COPY pages pages
RUN python -m compileall -q app.py cnn_core pages

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    CONVSCOPE_RUNS=/runs \
    CONVSCOPE_DATA=/data

VOLUME ["/runs", "/data"]
EXPOSE 8501
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["tini", "--", "python", "-m", "cnn_core"]
CMD ["serve", "--address", "0.0.0.0"]
