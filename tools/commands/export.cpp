#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "pipeline/files/map_file.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "tools/commands.hpp"
#include "tools/export/csv.hpp"
#include "tools/export/series.hpp"
#include "tools/export/tiff.hpp"
#include "tools/progress.hpp"

namespace phasecast {
namespace {

struct ExportOptions {
  std::string file, folder, scans, state;
  std::vector<std::string> regions, recordings;
  bool tiff = false, png = false, csv = false, gif = false, overwrite = false;
};

template <class T>
T taken(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(result).value();
}

Metadata read_metadata(const std::vector<std::string>& recordings, const std::vector<PhaseMap>& maps) {
  Metadata metadata;
  for (const auto& file : recordings) {
    std::vector<std::string> assumptions;
    const auto scan = taken(open_scan(file, assumptions));
    const std::string& id = scan->start().scan_id;
    if (std::none_of(maps.begin(), maps.end(), [&](const PhaseMap& map) { return map.scan_id == id; }))
      std::fprintf(stderr, "phasecast export: %s: no map is of its scan %s\n", file.c_str(), id.c_str());
    metadata[id] = scan->start().metadata;
  }
  return metadata;
}

int export_maps(const ExportOptions& options) {
  const MapFileReader maps = taken(MapFileReader::open(options.file));
  const auto& outlines = maps.outlines();
  if (outlines.empty())
    throw std::runtime_error(Error{"maps", options.file, "maps", "none", "at least one map"}.text());
  const ExportPlan plan{options.folder, options.overwrite, outlines,
                        taken(select_scans(options.scans, outlines.size())),
                        taken(select_states(options.state, outlines.front().states))};
  const auto regions = taken(select_regions(options.regions, outlines.front().shape));
  const Metadata metadata = read_metadata(options.recordings, outlines);
  const bool all = !options.tiff && !options.png && !options.csv && !options.gif;

  std::filesystem::create_directories(plan.folder);
  std::optional<TiffExport> tiff;
  std::optional<CsvExport> csv;
  std::optional<SeriesExport> series;
  if (all || options.tiff) tiff.emplace(plan);
  if (all || options.csv) csv.emplace(plan, regions, metadata);
  if (all || options.png || options.gif) series.emplace(plan, all || options.png, all || options.gif);

  Progress progress("export", plan.scans.size());
  for (const std::size_t scan : plan.scans) {
    const PhaseMap map = taken(maps.map(scan));
    if (tiff) tiff->add(map);
    if (csv) csv->add(scan, map);
    if (series) series->add(scan, map);
    progress.advance();
  }
  if (tiff) tiff->finish();
  if (csv) csv->finish();
  if (series) series->finish();
  return 0;
}

void add_choice_options(CLI::App& command, ExportOptions& options) {
  command.add_option("--scans", options.scans, "Maps to export, by their place in the file from 0: 0,3:5")
      ->type_name("LIST");
  command.add_option("--state", options.state, "The one state whose stacks and means are exported")
      ->type_name("NAME");
  command
      .add_option("--region", options.regions,
                  "Part of the image, in pixels, whose means are in the table too; may be given again")
      ->allow_extra_args(false)
      ->type_name("X,Y,WIDTH,HEIGHT[=NAME]");
  command
      .add_option("--recordings", options.recordings,
                  "Recordings of the scans, whose metadata (potential_V, ...) become columns of the table")
      ->check(CLI::ExistingFile)
      ->type_name("F.h5...");
}

}  // namespace

void add_export(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand(
      "export", "A map file as TIFF stacks, table, pictures and animation; all of them, or those asked for");
  auto options = std::make_shared<ExportOptions>();
  command->add_option("file", options->file, "Map file, written by run or unmix")
      ->required()
      ->check(CLI::ExistingFile)
      ->type_name("MAPS.h5");
  command->add_option("-o,--output", options->folder, "Folder for the files")->required()->type_name("DIR");
  command->add_flag("--tiff", options->tiff,
                    "fraction_STATE.tif, uncertainty_STATE.tif, scale.tif, residual.tif, mask.tif: the "
                    "numbers themselves, a page per scan, calibrated for ImageJ");
  command->add_flag("--csv", options->csv, "means.csv: means over the whole image and each region, per scan");
  command->add_flag("--png", options->png,
                    "map_0000.png and on: each map as a picture with color bars and scale bar");
  command->add_flag("--gif", options->gif, "maps.gif: these pictures one after the other, two per second");
  add_choice_options(*command, *options);
  command->add_flag("--overwrite", options->overwrite, "Replace files that are there already");
  command->callback([options, &exit_status] { exit_status = export_maps(*options); });
}

}  // namespace phasecast
