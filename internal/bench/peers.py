"""What else a researcher would run for the same numbers. Prints the seconds the work itself took, reading and imports left out.

usage: peers.py {values|expert|readouts} MODEL_DIR | peers.py {dgemm|directions|eigenvalues}
Needs numpy, scipy and torch on an optimised BLAS.
"""
import json, os, struct, sys, time

task = sys.argv[1]
if task == "expert":  # a matrix a core, one BLAS thread each
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np


def named_matrices(folder):
    """The matrices of a GPT-2 checkpoint as float32 arrays, by name."""
    with open(os.path.join(folder, "model.safetensors"), "rb") as f:
        (n,) = struct.unpack("<Q", f.read(8))
        header = json.loads(f.read(n))
    data = np.memmap(f.name, mode="r", offset=8 + n)
    for name, entry in sorted(header.items()):
        if name == "__metadata__" or len(entry["shape"]) != 2:
            continue
        begin, end = entry["data_offsets"]
        yield name, np.array(data[begin:end].view("<f4").reshape(entry["shape"]))


def stored_matrices(folder):
    """All of them as values and expert take them, c_attn split in three."""
    for name, w in named_matrices(folder):
        yield from np.split(w, 3, axis=1) if "c_attn" in name else [w]


def values():
    import torch

    torch.set_num_threads(os.cpu_count())
    matrices = [torch.from_numpy(np.ascontiguousarray(w)) for w in stored_matrices(sys.argv[2])]
    return lambda: [torch.linalg.svdvals(w) for w in matrices]


def expert():
    """Gram matrix in float64 and LAPACK's eigenvalues: the least work numpy and scipy can do it with."""
    import scipy.linalg, scipy.linalg.blas
    from concurrent.futures import ThreadPoolExecutor

    matrices = list(stored_matrices(sys.argv[2]))

    def one(w):
        tall = np.asfortranarray(w if w.shape[0] >= w.shape[1] else w.T, dtype=np.float64)
        gram = scipy.linalg.blas.dsyrk(1.0, tall, trans=1)
        return np.sqrt(np.maximum(scipy.linalg.eigvalsh(gram, lower=False, driver="evr", check_finite=False), 0))

    pool = ThreadPoolExecutor(os.cpu_count())
    return lambda: list(pool.map(one, matrices))


def dgemm():
    a, b = (np.random.default_rng(i).standard_normal((2048, 2048)) for i in (1, 2))
    return lambda: a @ b


def directions():
    import torch

    torch.set_num_threads(os.cpu_count())
    w = torch.from_numpy(np.random.default_rng(1).standard_normal((768, 3072)).astype("float32"))
    return lambda: torch.linalg.svd(w, full_matrices=False)


def readouts():
    """The leading tokens of 20 directions of MLP matrices and OV circuits through W_U, both poles; circuits through thin factors."""
    import torch

    torch.set_num_threads(os.cpu_count())
    with open(os.path.join(sys.argv[2], "config.json")) as f:
        config = json.load(f)
    stored = {name: torch.from_numpy(w) for name, w in named_matrices(sys.argv[2])}
    unembed = stored["wte.weight"].T.contiguous()
    width = config["n_embd"] // config["n_head"]

    def read(vectors):
        scores = vectors @ unembed
        torch.topk(scores, 20), torch.topk(-scores, 20)

    def circuit(v, o):
        qv, rv = torch.linalg.qr(v)
        qo, ro = torch.linalg.qr(o.T)
        u, _, w = torch.linalg.svd(rv @ ro.T)
        read((qv @ u)[:, :20].T)
        read((w @ qo.T)[:20])

    def run():
        for layer in range(config["n_layer"]):
            part = lambda name: stored[f"h.{layer}.{name}.weight"]
            read(torch.linalg.svd(part("mlp.c_fc"), full_matrices=False)[0][:, :20].T)
            read(torch.linalg.svd(part("mlp.c_proj"), full_matrices=False)[2][:20])
            values, out = part("attn.c_attn").chunk(3, dim=1)[2], part("attn.c_proj")
            for v, o in zip(values.split(width, dim=1), out.split(width, dim=0)):
                circuit(v, o)

    return run


def eigenvalues():
    import scipy.linalg, scipy.linalg.blas

    w = np.asfortranarray(np.random.default_rng(1).standard_normal((4096, 4096)))
    return lambda: scipy.linalg.eigvalsh(scipy.linalg.blas.dsyrk(1.0, w, trans=1), lower=False, driver="evr", check_finite=False)


work = {"values": values, "expert": expert, "dgemm": dgemm, "directions": directions, "readouts": readouts, "eigenvalues": eigenvalues}[task]()
if task in ("dgemm", "directions"):
    work()  # the first call sets up threads
start = time.perf_counter()
work()
print(time.perf_counter() - start)
