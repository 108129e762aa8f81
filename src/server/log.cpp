#include "log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "carillon/protocol/json_text.hpp"
#include "log_writer.hpp"

namespace carillon {
namespace {

constexpr std::chrono::milliseconds flush_time_max{500};

/// `%*`: the message as a JSON string.
class JsonMessage final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&,
                spdlog::memory_buf_t& out) override {
        std::string text;
        append_json_string(text, {message.payload.data(), message.payload.size()});
        out.append(text.data(), text.data() + text.size());
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<JsonMessage>();
    }
};

std::unique_ptr<spdlog::formatter> make_formatter(const std::string& format) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    if (format == "json") {
        formatter->add_flag<JsonMessage>('*').set_pattern(
            R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
    } else {
        formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %-5l %v");
    }
    return formatter;
}

/// Makes the line that reports how many are missing, in the format of the others.
LogWriter::Notice make_notice(const std::string& format) {
    return [formatter = std::shared_ptr(make_formatter(format))](std::uint64_t dropped) {
        const auto text =
            fmt::format("standard error was not read in time, log lines dropped: {}", dropped);
        spdlog::memory_buf_t line;
        formatter->format({"carillon", spdlog::level::warn, text}, line);
        return std::string(line.data(), line.size());
    };
}

/// Its lock covers the formatting only; writing never happens under it.
class WriterSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit WriterSink(std::shared_ptr<LogWriter> writer) : writer_(std::move(writer)) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        writer_->write({line.data(), line.size()});
    }
    void flush_() override {}  // See flush_log.

    std::shared_ptr<LogWriter> writer_;
};

/// One per process, like spdlog's default logger.
std::shared_ptr<LogWriter>& writer() {
    static std::shared_ptr<LogWriter> the_writer;
    return the_writer;
}

}  // namespace

void set_up_log(const LogOptions& options, int descriptor) {
    writer() = std::make_shared<LogWriter>(descriptor, options.max_queued_bytes,
                                           make_notice(options.format));
    auto logger =
        std::make_shared<spdlog::logger>("carillon", std::make_shared<WriterSink>(writer()));
    logger->set_formatter(make_formatter(options.format));
    logger->set_level(spdlog::level::from_str(options.level));
    // spdlog itself would write to standard error, and wait for it, on the thread that logs.
    logger->set_error_handler([writer = writer()](const std::string&) { writer->drop(); });
    spdlog::set_default_logger(std::move(logger));
}

void flush_log() {
    if (writer()) static_cast<void>(writer()->flush(flush_time_max));
}

void write_to_log(std::string_view line) {
    if (writer()) writer()->write(std::string(line) + '\n');
}

std::uint64_t log_lines_dropped() {
    return writer() ? writer()->dropped() : 0;
}

}  // namespace carillon
