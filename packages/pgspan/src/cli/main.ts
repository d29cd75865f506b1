#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { addDoctorCommand } from './doctor-command.js'
import { addSlowLogCommand } from './slow-log-command.js'
import { addTryCommand } from './try-command.js'

/** The command could not do its work: wrong usage, or nothing to work on. Whatever was found is 1. */
const failed = 2

const program = new Command('pgspan')
  .description('See what a Node service does to PostgreSQL')
  .enablePositionalOptions()
  .exitOverride()

// Each command is a file of its own, which adds itself.
for (const addCommand of [addTryCommand, addDoctorCommand, addSlowLogCommand]) addCommand(program)

program.parseAsync().catch((error) => {
  // Usage errors were printed; help and version are no errors.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : failed
  else {
    process.stderr.write(`pgspan: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = failed
  }
})
