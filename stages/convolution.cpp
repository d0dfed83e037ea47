#include "stages/convolution.hpp"

#include <omp.h>

#include <algorithm>
#include <dnnl.hpp>
#include <stdexcept>
#include <unordered_map>
#include <vector>

namespace phasecast {
namespace {

using dnnl::memory;

/// oneDNN is built for OpenMP in Debian. Parallel is what TBB makes so: on its threads, OpenMP has one each.
class OneOpenMpThread {
 public:
  OneOpenMpThread() { omp_set_num_threads(1); }
  ~OneOpenMpThread() { omp_set_num_threads(before_); }
  OneOpenMpThread(const OneOpenMpThread&) = delete;

 private:
  int before_ = omp_get_max_threads();
};

const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

/// Rows of the output that one task computes, and the rows of the input that they see.
struct Strip {
  int out_begin, out_end, in_begin, in_end, pad_top, pad_bottom;
};

constexpr int most_strips = 16, least_rows = 4;

std::vector<Strip> strips_of(const Layer& layer, int in_height, int out_height) {
  const int rows = std::max(least_rows, (out_height + most_strips - 1) / most_strips);
  const int reach = layer.dilation * (layer.kernel_height - 1) + 1;
  std::vector<Strip> strips;
  for (int begin = 0; begin < out_height; begin += rows) {
    const int end = std::min(out_height, begin + rows);
    const int first = begin * layer.stride - layer.margins[0];
    const int last = (end - 1) * layer.stride - layer.margins[0] + reach;
    strips.push_back({begin, end, std::max(first, 0), std::min(last, in_height), std::max(-first, 0),
                      std::max(last - in_height, 0)});
  }
  return strips;
}

memory::desc plane(int channels, int rows, int width) {
  return {{1, channels, rows, width}, memory::data_type::f32, memory::format_tag::nhwc};
}

}  // namespace

FeatureSize convolved(const Layer& layer, FeatureSize input, int channels) {
  const auto [top, left, bottom, right] = layer.margins;
  const auto size = [&](int pixels, int kernel) {
    return (pixels - layer.dilation * (kernel - 1) - 1) / layer.stride + 1;
  };
  return {channels, size(input.height + top + bottom, layer.kernel_height),
          size(input.width + left + right, layer.kernel_width)};
}

struct Convolution::Parts {
  FeatureSize input, output;
  std::vector<Strip> strips;
  std::vector<dnnl::convolution_forward> primitives;  // one per strip; equal ones share their code
  std::vector<memory::desc> scratchpads;
  std::vector<memory> weights;  // one per strip; equal layouts share their memory
  memory bias;
};

Convolution::Convolution(const Layer& layer, FeatureSize input, int channels, After after)
    : parts_(std::make_unique<Parts>()) {
  const OneOpenMpThread here;
  auto& p = *parts_;
  p.input = input;
  p.output = convolved(layer, input, channels);
  p.strips = strips_of(layer, input.height, p.output.height);

  dnnl::post_ops after_sum;
  if (after.accumulate) after_sum.append_sum();
  if (after.rectified) after_sum.append_eltwise(1, dnnl::algorithm::eltwise_relu, after.slope, 0);
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  attributes.set_post_ops(after_sum);

  const memory::dims kernel{channels, input.channels, layer.kernel_height, layer.kernel_width};
  const memory::desc weight(kernel, memory::data_type::f32, memory::format_tag::any);
  const memory::desc bias({channels}, memory::data_type::f32, memory::format_tag::x);
  const auto description_of = [&](const Strip& strip) {
    return dnnl::convolution_forward::primitive_desc(
        {dnnl::prop_kind::forward_inference,
         dnnl::algorithm::convolution_direct,
         plane(input.channels, strip.in_end - strip.in_begin, input.width),
         weight,
         bias,
         plane(channels, strip.out_end - strip.out_begin, p.output.width),
         {layer.stride, layer.stride},
         {layer.dilation - 1, layer.dilation - 1},
         {strip.pad_top, layer.margins[1]},
         {strip.pad_bottom, layer.margins[3]}},
        attributes, cpu());
  };
  std::vector<float> plain = layer.weight, offsets = layer.bias;
  offsets.resize(static_cast<std::size_t>(channels));
  memory from({kernel, memory::data_type::f32, memory::format_tag::oihw}, cpu(), plain.data());
  p.bias = memory(bias, cpu());
  dnnl::stream stream(cpu());
  // Each strip has the layout it likes: in another's it may have no fast code, which costs a hundredfold.
  for (const auto& strip : p.strips) {
    const auto description = description_of(strip);
    p.primitives.emplace_back(description);
    p.scratchpads.push_back(description.scratchpad_desc());
    const auto alike = std::find_if(p.weights.begin(), p.weights.end(), [&](const memory& known) {
      return known.get_desc() == description.weights_desc();
    });
    if (alike != p.weights.end()) {
      p.weights.push_back(*alike);
      continue;
    }
    memory own(description.weights_desc(), cpu());
    dnnl::reorder(from, own).execute(stream, from, own);
    p.weights.push_back(std::move(own));
  }
  stream.wait();
  std::copy(offsets.begin(), offsets.end(), static_cast<float*>(p.bias.get_data_handle()));
}

Convolution::~Convolution() = default;
Convolution::Convolution(Convolution&&) noexcept = default;

FeatureSize Convolution::output() const {
  return parts_->output;
}

void Convolution::run(Features in, Features out) const {
  const auto& p = *parts_;
  tbb::parallel_for(std::size_t{0}, p.strips.size(), [&](std::size_t k) {
    const OneOpenMpThread here;
    const auto& strip = p.strips[k];
    dnnl::stream stream(cpu());
    const memory source(plane(p.input.channels, strip.in_end - strip.in_begin, p.input.width), cpu(),
                        in.row(strip.in_begin));
    const memory result(plane(p.output.channels, strip.out_end - strip.out_begin, p.output.width), cpu(),
                        out.row(strip.out_begin));
    const memory scratchpad(p.scratchpads[k], cpu());
    p.primitives[k].execute(stream, {{DNNL_ARG_SRC, source},
                                     {DNNL_ARG_WEIGHTS, p.weights[k]},
                                     {DNNL_ARG_BIAS, p.bias},
                                     {DNNL_ARG_DST, result},
                                     {DNNL_ARG_SCRATCHPAD, scratchpad}});
    stream.wait();
  });
}

}  // namespace phasecast
