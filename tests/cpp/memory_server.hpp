// A server in memory, as a transport of the host's: it answers what is written to it, and keeps that for the test. All
// of it runs on the client's thread but interrupt.
#ifndef MEMORY_SERVER_HPP
#define MEMORY_SERVER_HPP

#include "check.hpp"

// What a test sees of its server, also when the transport is gone.
struct scene {
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
    bool is_waiting = false, is_interrupted = false; // below the gate

    std::vector<std::string> lines; // commands
    std::string content;            // of the last message, as it came
    std::string login;              // what AUTH is answered with
    std::string silent_at;          // the command that is not answered, and ends the connection where closes is set
    bool closes = false, is_secure = false;
    int fail_to_read = 0, fail_to_write = 0; // what is thrown
    int closed = 0, destroyed = 0;

    // Until the client waits for the server.
    void wait_for_the_wait() {
        pthread_mutex_lock(&gate);
        while (!is_waiting)
            pthread_cond_wait(&moved, &gate);
        pthread_mutex_unlock(&gate);
    }
};

class memory_server : public mailmodule::transport {
  public:
    explicit memory_server(scene &of) : scene_(of), output_("220 memory.example.net ESMTP\r\n") {
    }

    ~memory_server() override {
        scene_.destroyed++;
    }

    int read(void *buffer, std::size_t size, std::size_t &length) override {
        if (scene_.fail_to_read)
            throw of_callback{scene_.fail_to_read};
        if (output_.empty())
            return is_at_end_ ? static_cast<int>(MM_OK) : static_cast<int>(MM_AGAIN);
        length = output_.copy(static_cast<char *>(buffer), size);
        output_.erase(0, length);
        return MM_OK;
    }

    int write(const void *octets, std::size_t size, std::size_t &length) override {
        if (scene_.fail_to_write)
            throw of_callback{scene_.fail_to_write};
        input_.append(static_cast<const char *>(octets), size);
        length = size;
        while (take_chunk() || take_line()) {
        }
        return MM_OK;
    }

    bool is_secure() const override {
        return scene_.is_secure;
    }

    bool waits_itself() const override {
        return true;
    }

    int wait(int wanted, int timeout_ms, int &found) override {
        found = wanted & (output_.empty() && !is_at_end_ ? MM_READY_ROOM : MM_READY_ROOM | MM_READY_INPUT);
        CHECK(timeout_ms >= -1);
        pthread_mutex_lock(&scene_.gate);
        scene_.is_waiting = !found;
        pthread_cond_broadcast(&scene_.moved);
        while (!found && timeout_ms != 0 && !scene_.is_interrupted) // tests do not wait for time
            pthread_cond_wait(&scene_.moved, &scene_.gate);
        scene_.is_waiting = scene_.is_interrupted = false;
        pthread_mutex_unlock(&scene_.gate);
        return MM_OK;
    }

    void interrupt() override {
        pthread_mutex_lock(&scene_.gate);
        scene_.is_interrupted = true;
        pthread_cond_broadcast(&scene_.moved);
        pthread_mutex_unlock(&scene_.gate);
    }

    void close() override {
        scene_.closed++;
    }

  private:
    bool take_chunk() {
        if (chunk_ == 0 || input_.size() < chunk_)
            return false; // a chunk of nothing is not sent here
        scene_.content += input_.substr(0, chunk_);
        input_.erase(0, std::exchange(chunk_, 0));
        output_ += "250 2.0.0 Chunk taken\r\n";
        return true;
    }

    bool take_line() {
        const auto end = input_.find("\r\n");
        if (chunk_ || end == std::string::npos)
            return false;
        const auto line = input_.substr(0, end);
        input_.erase(0, end + 2);
        if (is_content_)
            take_content(line);
        else
            take_command(line);
        return true;
    }

    void take_content(const std::string &line) {
        is_content_ = line != ".";
        if (is_content_)
            scene_.content += line + "\n";
        else
            output_ += "250 2.0.0 Taken\r\n";
    }

    void take_command(const std::string &line) {
        scene_.lines.push_back(line);
        if (line.rfind("MAIL", 0) == 0)
            scene_.content.clear();
        if (!scene_.silent_at.empty() && line.rfind(scene_.silent_at, 0) == 0) {
            is_at_end_ = scene_.closes;
            return;
        }
        if (line.rfind("BDAT", 0) == 0)
            chunk_ = std::stoul(line.substr(5));
        else
            output_ += answer(line) + "\r\n";
    }

    std::string answer(const std::string &line) {
        const auto verb = line.substr(0, line.find(' '));
        if (verb == "EHLO" || verb == "LHLO")
            return "250-memory.example.net\r\n250-PIPELINING\r\n250-AUTH PLAIN OAUTHBEARER XOAUTH2\r\n"
                   "250-ENHANCEDSTATUSCODES\r\n250-CHUNKING\r\n250 SIZE 1000000";
        if (verb == "AUTH")
            return scene_.login;
        if (verb == "DATA") {
            is_content_ = true;
            return "354 Go on";
        }
        if (line.rfind("RCPT TO:<no", 0) == 0)
            return "550-5.1.1 There is nobody\r\n550 5.1.1 of that name here";
        return verb == "QUIT" ? "221 2.0.0 Bye" : verb == "XFOO" ? "299 Foo" : "250 2.0.0 Fine";
    }

    scene &scene_;
    std::string output_, input_;
    std::size_t chunk_ = 0;
    bool is_content_ = false, is_at_end_ = false;
};

// A client that has been greeted.
inline mailmodule::smtp_client connected(mailmodule::engine &of, scene &with,
                                         const mailmodule::smtp_options &options = {}) {
    auto client = mailmodule::smtp_client::make(of, options);
    CHECK_INT(220, client.connect(std::make_unique<memory_server>(with), "memory.example.net"));
    return client;
}

#endif
