// Two functions that Dispatch expects of its own file `workqueue.c`, left empty.
//
// Dispatch on Linux watches the threads of its global queues, which run Swift's tasks, and wakes the process for that
// once a second for ever; no call ends it. It makes up for threads that block while others wait for them, which nothing
// here does, and some systems have Dispatch without it. A static binary is linked with these two in its place and
// sleeps between passes. Where Dispatch is a library of its own it uses its own two, and these do nothing.

@_cdecl("_dispatch_workq_worker_register")
func watchNoWorker(_ queue: UnsafeRawPointer?) {}

@_cdecl("_dispatch_workq_worker_unregister")
func forgetNoWorker(_ queue: UnsafeRawPointer?) {}
