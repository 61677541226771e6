// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/SafetensorsFile.h"

#include "core/base/Error.h"
#include "core/base/Json.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

namespace espalier {

namespace {

constexpr std::uint64_t kLargestHeader = 100'000'000; // the format's own limit
constexpr std::uint64_t kAlignment = 64;              // products change bits with alignment
constexpr std::size_t kLengthBytes = 8;

constexpr std::array<std::pair<std::string_view, at::ScalarType>, 15> kTypes{{
    {"F32", at::kFloat},
    {"F16", at::kHalf},
    {"BF16", at::kBFloat16},
    {"F64", at::kDouble},
    {"I64", at::kLong},
    {"I32", at::kInt},
    {"U8", at::kByte},
    {"BOOL", at::kBool},
    {"I16", at::kShort},
    {"I8", at::kChar},
    {"U16", at::kUInt16},
    {"U32", at::kUInt32},
    {"U64", at::kUInt64},
    {"F8_E4M3", at::kFloat8_e4m3fn},
    {"F8_E5M2", at::kFloat8_e5m2},
}};

/// Reads one header; `where` starts every message.
class HeaderReader {
public:
    HeaderReader(std::string_view bytes, std::string where)
        : m_bytes(bytes)
        , m_where(std::move(where))
    {
    }

    void read(std::vector<TensorInfo>& tensors, std::map<std::string, std::string>& metadata)
    {
        const Json header = parse();
        for (const auto& [name, entry] : header.items()) {
            if (name == "__metadata__") {
                readMetadata(entry, metadata);
            } else {
                tensors.push_back(readTensor(name, entry));
            }
        }
        std::sort(tensors.begin(), tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
            return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
        });
        checkContiguous(tensors);
    }

private:
    [[noreturn]] void fail(const std::string& what, ErrorCode code = ErrorCode::Corrupt) const
    {
        const std::string advice =
            code == ErrorCode::Corrupt ? " Copy or download the file again." : "";
        throw Error(code, m_where + ": " + what + advice);
    }

    Json parse()
    {
        if (m_bytes.size() < kLengthBytes) {
            fail("the file has " + std::to_string(m_bytes.size()) +
                 " bytes, too few for the 8 bytes that give a safetensors header's length.");
        }
        std::uint64_t length = 0;
        std::memcpy(&length, m_bytes.data(), kLengthBytes);
        if (length > kLargestHeader) {
            fail("the header claims " + std::to_string(length) +
                 " bytes, above the format's limit of " + std::to_string(kLargestHeader) +
                 "; this is not a safetensors file.");
        }
        if (length > m_bytes.size() - kLengthBytes) {
            fail("the header claims " + std::to_string(length) + " bytes, the file ends after " +
                 std::to_string(m_bytes.size() - kLengthBytes) + ": it was cut off.");
        }
        m_dataBegin = kLengthBytes + length;
        m_dataBytes = m_bytes.size() - m_dataBegin;
        return parseObject(m_bytes.substr(kLengthBytes, length));
    }

    Json parseObject(std::string_view text)
    {
        std::set<std::string> names;
        std::string twice;
        const auto seeKeys = [&](int depth, Json::parse_event_t event, Json& value) {
            if (event == Json::parse_event_t::key && depth == 1) {
                const auto& name = value.get_ref<const std::string&>();
                twice = names.insert(name).second ? twice : name;
            }
            return true;
        };
        Json header;
        try {
            header = Json::parse(text, seeKeys);
        } catch (const Json::exception& error) {
            fail("the header is not valid JSON (" + std::string(error.what()) + ").");
        }
        if (!header.is_object()) {
            fail("the header is not a JSON object.");
        }
        if (!twice.empty()) {
            fail("the header names the tensor " + twice + " twice.");
        }
        return header;
    }

    void readMetadata(const Json& entry, std::map<std::string, std::string>& metadata) const
    {
        if (!entry.is_object()) {
            fail("__metadata__ is not a JSON object.");
        }
        for (const auto& [key, value] : entry.items()) {
            if (!value.is_string()) {
                fail("__metadata__ holds " + key + " = " + compactText(value) +
                     ", which is not a text.");
            }
            metadata[key] = value.get<std::string>();
        }
    }

    TensorInfo readTensor(const std::string& name, const Json& entry) const
    {
        if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") ||
            !entry.contains("data_offsets")) {
            fail("the tensor " + name + " lacks dtype, shape or data_offsets.");
        }
        TensorInfo info{.name = name};
        info.dtype = readType(name, entry["dtype"]);
        std::uint64_t bytes = c10::elementSize(info.dtype);
        if (!entry["shape"].is_array()) {
            fail("the shape of " + name + " is " + compactText(entry["shape"]) + ", not a list.");
        }
        bool empty = false;
        for (const Json& size : entry["shape"]) {
            info.shape.push_back(readNumber("the shape of " + name, size));
            const auto factor = static_cast<std::uint64_t>(info.shape.back());
            empty = empty || factor == 0;
            if (factor != 0 && __builtin_mul_overflow(bytes, factor, &bytes)) {
                fail("the shape of " + name + ", " + shapeText(info.shape) +
                     ", overflows a 64-bit size.");
            }
        }
        checkRange(info, entry["data_offsets"], empty ? 0 : bytes);
        return info;
    }

    at::ScalarType readType(const std::string& name, const Json& value) const
    {
        std::string known;
        for (const auto& [text, type] : kTypes) {
            if (value.is_string() && value.get_ref<const std::string&>() == text) {
                return type;
            }
            known += known.empty() ? "" : ", ";
            known += text;
        }
        fail("the tensor " + name + " has the type " + compactText(value) + "; known are " + known +
                 ".",
             ErrorCode::Unsupported);
    }

    std::int64_t readNumber(const std::string& what, const Json& value) const
    {
        constexpr auto kLargest =
            static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kLargest) {
            fail(what + " holds " + compactText(value) +
                 ", which is not a whole number of 0 or more.");
        }
        return value.get<std::int64_t>();
    }

    void checkRange(TensorInfo& info, const Json& offsets, std::uint64_t bytes) const
    {
        const std::string what = "the byte range of " + info.name;
        if (!offsets.is_array() || offsets.size() != 2) {
            fail(what + " is " + compactText(offsets) + ", not a pair.");
        }
        const std::int64_t begin = readNumber(what, offsets[0]);
        const std::int64_t end = readNumber(what, offsets[1]);
        const std::string range = shapeText(std::array{begin, end});
        if (begin > end) {
            fail(what + ", " + range + ", ends before it begins.");
        }
        if (static_cast<std::uint64_t>(end) > m_dataBytes) {
            fail(what + ", " + range + ", goes beyond the " + std::to_string(m_dataBytes) +
                 " bytes of data: the file was cut off.");
        }
        if (static_cast<std::uint64_t>(end - begin) != bytes) {
            fail(what + " has " + std::to_string(end - begin) + " bytes, its shape " +
                 shapeText(info.shape) + " of type " + std::string(safetensorsNameOf(info.dtype)) +
                 " needs " + std::to_string(bytes) + ".");
        }
        info.begin = static_cast<std::int64_t>(m_dataBegin) + begin;
        info.end = static_cast<std::int64_t>(m_dataBegin) + end;
    }

    void checkContiguous(const std::vector<TensorInfo>& tensors) const
    {
        auto next = static_cast<std::int64_t>(m_dataBegin);
        for (const TensorInfo& info : tensors) {
            if (info.begin != next) {
                fail("the bytes of " + info.name + " begin at " + std::to_string(info.begin) +
                     " where " + std::to_string(next) +
                     " was expected: tensors overlap or leave a gap.");
            }
            next = info.end;
        }
        if (next != static_cast<std::int64_t>(m_bytes.size())) {
            fail("the tensors end at byte " + std::to_string(next) + ", the file at byte " +
                 std::to_string(m_bytes.size()) + ".");
        }
    }

    std::string_view m_bytes;
    std::string m_where;
    std::uint64_t m_dataBegin = 0, m_dataBytes = 0;
};

} // namespace

std::string_view safetensorsNameOf(at::ScalarType dtype)
{
    for (const auto& [text, type] : kTypes) {
        if (type == dtype) {
            return text;
        }
    }
    throw Error(ErrorCode::Unsupported, "Tensors of type " + std::string(c10::toString(dtype)) +
                                            " cannot be stored as safetensors here.");
}

std::int64_t TensorInfo::elements() const
{
    std::int64_t count = 1;
    for (const std::int64_t size : shape) {
        count *= size;
    }
    return count;
}

SafetensorsHeader readSafetensorsHeader(std::string_view bytes, const std::string& where)
{
    SafetensorsHeader header;
    HeaderReader(bytes, where).read(header.tensors, header.metadata);
    return header;
}

SafetensorsFile::SafetensorsFile(const Path& file)
    : m_map(std::make_shared<MappedFile>(file))
{
    SafetensorsHeader header = readSafetensorsHeader(m_map->text(0, m_map->size()), file.string());
    m_tensors = std::move(header.tensors);
    m_metadata = std::move(header.metadata);
}

Tensor SafetensorsFile::load(const TensorInfo& info) const
{
    char* address = m_map->data() + info.begin;
    const auto options = at::TensorOptions().dtype(info.dtype);
    if (reinterpret_cast<std::uintptr_t>(address) % kAlignment != 0 || info.begin == info.end) {
        Tensor copy = at::empty(info.shape, options);
        std::memcpy(copy.data_ptr(), address, static_cast<std::size_t>(info.end - info.begin));
        return copy;
    }
    return at::from_blob(
        address, info.shape, [keepAlive = m_map](void*) {}, options);
}

Tensor SafetensorsFile::read(const TensorInfo& info) const
{
    Tensor copy = at::empty(info.shape, at::TensorOptions().dtype(info.dtype));
    m_map->readAt(static_cast<std::size_t>(info.begin), copy.data_ptr(),
                  static_cast<std::size_t>(info.end - info.begin));
    return copy;
}

} // namespace espalier
