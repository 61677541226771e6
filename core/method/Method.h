// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/method/MethodInfo.h"
#include "core/model/ModelConfig.h"
#include "core/params/Params.h"

#include <vector>

namespace espalier {

class RunContext;

/// A compression or distillation method. Stateless: all it may touch comes with the RunContext.
class ESPALIER_API Method {
public:
    virtual ~Method();
    virtual MethodInfo info() const = 0;
    virtual ParamSchema params() const = 0;
    virtual Needs needs() const = 0;
    virtual Expectation expectation(const ModelConfig& config, const ParamValues& values) const = 0;
    /// validate() by the schema, then what the method knows about several fields or about the
    /// model. `config` is null while no model is chosen.
    virtual std::vector<ParamIssue> issues(const ParamValues& values,
                                           const ModelConfig* config) const = 0;
    /// `values` are completed and without issues.
    virtual void run(RunContext& run, const ParamValues& values) const = 0;
};

/// A method whose parameters are the plain struct P (see Params.h).
template <class P>
class MethodOf : public Method {
public:
    ParamSchema params() const final { return schemaOf<P>(); }

    Expectation expectation(const ModelConfig& config, const ParamValues& values) const final
    {
        return expect(config, readParams<P>(values));
    }

    std::vector<ParamIssue> issues(const ParamValues& values, const ModelConfig* config) const final
    {
        std::vector<ParamIssue> found = validate(values, params());
        if (found.empty()) {
            found = check(readParams<P>(completed(values, params())), config);
        }
        return found;
    }

    void run(RunContext& run, const ParamValues& values) const final
    {
        apply(run, readParams<P>(values));
    }

protected:
    virtual void apply(RunContext& run, const P& params) const = 0;
    virtual Expectation expect(const ModelConfig& config, const P& params) const = 0;

    virtual std::vector<ParamIssue> check(const P&, const ModelConfig*) const { return {}; }
};

} // namespace espalier
