// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/TrainCheckpoint.h"

#include "core/checkpoint/Checkpoint.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdio>
#include <system_error>

namespace espalier {

namespace {

Path fileOf(std::int64_t step)
{
    char name[48];
    std::snprintf(name, sizeof name, "step-%06lld.safetensors", static_cast<long long>(step));
    return Path("checkpoints") / name;
}

std::int64_t numberIn(const Json& state, const char* key)
{
    const auto found = state.find(key);
    if (found == state.end() || !found->is_number_integer()) {
        throw Error(ErrorCode::Corrupt, "The run's resume point has no whole number \"" +
                                            std::string(key) +
                                            "\"; start the run again without resuming.");
    }
    return found->get<std::int64_t>();
}

} // namespace

TrainCheckpoint::TrainCheckpoint(RunContext& run, std::vector<Tensor> parameters, AdamW& optimiser)
    : m_run(run)
    , m_parameters(std::move(parameters))
    , m_optimiser(optimiser)
{
}

std::vector<NamedTensor> TrainCheckpoint::tensors() const
{
    std::vector<NamedTensor> all;
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        all.emplace_back("parameter." + std::to_string(i), m_parameters[i].detach());
    }
    const auto states = m_optimiser.states();
    all.insert(all.end(), states.begin(), states.end());
    return all;
}

void TrainCheckpoint::save(const TrainPosition& position)
{
    const Path file = fileOf(position.step);
    makeFolder(m_run.folder() / "checkpoints");
    writeSafetensors(m_run.folder() / file, tensors());
    m_run.saveResumePoint({{"step", position.step},
                           {"evaluated", position.evaluated},
                           {"optimiser_steps", m_optimiser.steps()},
                           {"file", file.string()}});
    m_lastStep = position.step;
    removeOlder(file.filename());
}

void TrainCheckpoint::removeOlder(const Path& newest) const
{
    std::vector<Path> others;
    for (const auto& entry : std::filesystem::directory_iterator(m_run.folder() / "checkpoints")) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("step-") && name.ends_with(".safetensors") && name != newest) {
            others.push_back(entry.path());
        }
    }
    std::sort(others.begin(), others.end()); // numbers are padded, so by step
    for (std::size_t i = 0; i + 1 < others.size(); ++i) {
        std::error_code ignored; // an old file that stays behind does no harm
        std::filesystem::remove(others[i], ignored);
    }
}

TrainPosition TrainCheckpoint::restore()
{
    if (!m_run.resumePoint()) {
        return {};
    }
    const Json& state = *m_run.resumePoint();
    const TrainPosition position{numberIn(state, "step"), numberIn(state, "evaluated")};
    const Path file = m_run.folder() / state.value("file", fileOf(position.step).string());
    const Checkpoint checkpoint = Checkpoint::openFile(file);
    const at::NoGradGuard noGrad;
    for (auto& [name, tensor] : tensors()) {
        const Tensor stored = checkpoint.read(name);
        if (stored.sizes() != tensor.sizes() || stored.scalar_type() != tensor.scalar_type()) {
            throw Error(ErrorCode::Corrupt,
                        file.string() + " does not belong to this model: " + name + " has " +
                            std::to_string(stored.numel()) + " elements in the checkpoint and " +
                            std::to_string(tensor.numel()) +
                            " in the model (or another number type). Start the run again without "
                            "resuming.");
        }
        tensor.copy_(stored); // into the same memory: alignment changes the bits of products
    }
    m_optimiser.restore(numberIn(state, "optimiser_steps"));
    m_lastStep = position.step;
    return position;
}

} // namespace espalier
