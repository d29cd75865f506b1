import 'reflect-metadata'
import { Body, Controller, Header, HttpCode, type INestApplication, Module, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type pg from 'pg'
import { handleOrder, type OrderRequest, type RunningApp, type StartApp } from './orders.js'
import { running } from './running.js'

/** What `@Controller()` and its like do, said without decorators, which this repository's compiler does not read. */
function ordersModule(pool: pg.Pool): object {
  class Orders {
    order(body: OrderRequest): Promise<unknown> {
      return handleOrder(pool, body)
    }
  }
  const method = Object.getOwnPropertyDescriptor(Orders.prototype, 'order')
  if (method === undefined) throw new Error('Orders has its method')
  Post(':id')(Orders.prototype, 'order', method)
  HttpCode(200)(Orders.prototype, 'order', method)
  Header('Server-Timing', 'app;dur=1')(Orders.prototype, 'order', method)
  Body()(Orders.prototype, 'order', 0)
  Controller('orders')(Orders)
  class App {}
  Module({ controllers: [Orders] })(App)
  return App
}

async function listening(app: INestApplication): Promise<RunningApp> {
  await app.listen(0, '127.0.0.1')
  return { ...running(app.getHttpServer()), close: () => app.close() }
}

export const startNestOnExpress: StartApp = async (pool) =>
  listening(await NestFactory.create(ordersModule(pool), new ExpressAdapter(), { logger: false }))

export const startNestOnFastify: StartApp = async (pool) =>
  listening(await NestFactory.create(ordersModule(pool), new FastifyAdapter(), { logger: false }))
