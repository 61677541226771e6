// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"

#include <mutex>

namespace espalier {

struct WeightSource::Layers {
    Checkpoint base;
    mutable std::mutex mutex;
    std::vector<std::shared_ptr<const Checkpoint>> overlays; // the newest last

    explicit Layers(Checkpoint checkpoint)
        : base(std::move(checkpoint))
    {
    }

    /// The newest overlay that holds `name`, or null. A shared pointer, since overlay() may go on
    /// meanwhile.
    std::shared_ptr<const Checkpoint> overlayWith(std::string_view name) const
    {
        const std::scoped_lock lock(mutex);
        for (auto layer = overlays.rbegin(); layer != overlays.rend(); ++layer) {
            if ((*layer)->find(name) != nullptr) {
                return *layer;
            }
        }
        return nullptr;
    }
};

WeightSource::WeightSource(Checkpoint base)
    : m_layers(std::make_unique<Layers>(std::move(base)))
{
}

WeightSource::~WeightSource() = default;

void WeightSource::overlay(const Path& file)
{
    auto opened = std::make_shared<const Checkpoint>(Checkpoint::openFile(file));
    const std::scoped_lock lock(m_layers->mutex);
    // A file written anew under its old name replaces what was mapped before.
    std::erase_if(m_layers->overlays,
                  [&](const auto& layer) { return layer->files().front() == file; });
    m_layers->overlays.push_back(std::move(opened));
}

bool WeightSource::has(std::string_view name) const
{
    return m_layers->overlayWith(name) != nullptr || m_layers->base.find(name) != nullptr;
}

std::vector<std::int64_t> WeightSource::shapeOf(std::string_view name) const
{
    if (const auto layer = m_layers->overlayWith(name)) {
        return layer->find(name)->shape;
    }
    if (const TensorInfo* info = m_layers->base.find(name)) {
        return info->shape;
    }
    throw Error(ErrorCode::NotFound, "There is no tensor " + std::string(name) + " in " +
                                         m_layers->base.files().front().string() + ".");
}

Tensor WeightSource::read(std::string_view name) const
{
    if (const auto layer = m_layers->overlayWith(name)) {
        return layer->read(name);
    }
    return m_layers->base.read(name);
}

const Checkpoint& WeightSource::base() const
{
    return m_layers->base;
}

} // namespace espalier
