// Threads of a test. Not those of the standard library, which a GCC for Windows may come without.
#ifndef THREADS_HPP
#define THREADS_HPP

#include <functional>
#include <pthread.h>
#include <utility>

// What has happened, and who waits for it.
class event {
  public:
    ~event() {
        pthread_cond_destroy(&moved_);
        pthread_mutex_destroy(&gate_);
    }

    void set() {
        pthread_mutex_lock(&gate_);
        is_set_ = true;
        pthread_cond_broadcast(&moved_);
        pthread_mutex_unlock(&gate_);
    }

    void wait() {
        pthread_mutex_lock(&gate_);
        while (!is_set_)
            pthread_cond_wait(&moved_, &gate_);
        pthread_mutex_unlock(&gate_);
    }

  private:
    pthread_mutex_t gate_ = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t moved_ = PTHREAD_COND_INITIALIZER;
    bool is_set_ = false;
};

// A thread that runs a function; who destroys it waits for its end.
class thread {
  public:
    explicit thread(std::function<void()> body) : body_(std::move(body)) {
        pthread_create(&number_, nullptr, run, this);
    }

    thread(const thread &) = delete;

    ~thread() {
        pthread_join(number_, nullptr);
    }

  private:
    static void *run(void *self) {
        static_cast<thread *>(self)->body_();
        return nullptr;
    }

    std::function<void()> body_;
    pthread_t number_{};
};

#endif
